// SPDX-License-Identifier: Apache-2.0
#include "mutant_trial.h"

#include <algorithm>
#include <fmt/format.h>
#include <tuple>

#include "derivative_checks.h"
#include "mutation.h"
#include "random_program.h"
#include "wengert/ad/derivatives.h"
#include "wengert/ir/registry.h"
#include "wengert/primitives/control.h"

namespace wengert {
namespace {

class Trial {
 public:
  explicit Trial(const Primitive& record) : record_(record), cases_(differentiable_cases(record)), mutant_(mutant_of(record)) {
    if (record.name == "custom_linear") {  // recorded by the JVP of custom, not by the user
      carrier_ = &mutant_of(custom_p);
      carrier_->inside_from = &record;
      carrier_->inside_to = &mutant_;
    }
    const Primitive &from = carrier_ ? custom_p : record, &to = carrier_ ? *carrier_ : mutant_;
    for (const Case& c : cases_) changed_.push_back({c.name, with_record(c.program, from, to), c.x, {}, c.may_be_kink});
    if (!record.edges().empty()) {
      const std::vector<Array> scalars(static_cast<size_t>(record.arity), Array(0.0));
      edges_ = alone(record, scalars);
      changed_edges_ = with_record(edges_, from, to);
    }
  }
  ~Trial() {
    mutant_.mutation = {};
    if (carrier_) carrier_->inside_from = carrier_->inside_to = carrier_;
  }

  /// What the checks say of the mutant as it is, "" if nothing.
  std::string complaint() const {
    for (const Case& c : changed_) {
      for (const auto check : {tangents_match_differences, pullback_is_transpose, both_modes_give_one_jacobian})
        if (const auto result = check(c); !result) return result.message();
    }
    if (const auto result = edges_are_as_stated(changed_edges_, record_.edges()); !result) return result.message();
    if (carrier_) return "";  // forward over reverse is not to be had from a VJP alone
    for (const Case& c : changed_)
      if (const auto result = second_order_agrees(c); !result) return result.message();
    return "";
  }

  MutantTally run(size_t most) {
    complaint();  // every rule is traced once
    std::vector<std::pair<Mutant::Rule, Mutation>> all;
    for (const auto rule : {Mutant::Rule::partials, Mutant::Rule::jvp, Mutant::Rule::transpose})
      for (const Mutation& mutation : mutations_of(mutant_.seen(rule))) all.emplace_back(rule, mutation);
    const size_t step = std::max<size_t>(1, (all.size() + most - 1) / most);
    for (size_t k = 0; k < all.size(); k += step) {
      std::tie(mutant_.rule, mutant_.mutation) = all[k];
      judge();
    }
    return tally_;
  }

 private:
  void judge() {
    try {
      if (!complaint().empty()) ++tally_.caught;
      else if (is_equivalent()) ++tally_.equivalent;
      else missed();
    } catch (const Error&) {
      ++(is_usable() ? tally_.caught : tally_.unusable);
    }
  }

  void missed() {
    static constexpr const char* rules[] = {"partials", "JVP", "transpose"};
    tally_.missed.push_back(fmt::format("{} of {}: {}", rules[static_cast<size_t>(mutant_.rule)], record_.name, to_string(mutant_.mutation)));
  }

  bool is_usable() const {
    try {
      for (const Case& c : changed_) {
        jvp(c.program);
        vjp(c.program);
      }
      return true;
    } catch (const Error&) {
      return false;
    }
  }

  /// Whether both are the same function where it matters.
  bool is_equivalent() const {
    for (size_t k = 0; k < cases_.size(); ++k) {
      Random random(7);
      for (int j = 0; j < 6; ++j)
        if (!same_derivatives(cases_[k].program, changed_[k].program, near_by(cases_[k].x, random, j == 0 ? 0 : 0.2))) return false;
    }
    for (const StatedPartials& edge : record_.edges())
      if (!same_derivatives(edges_, changed_edges_, {edge.at.begin(), edge.at.end()})) return false;
    return true;
  }

  static bool same_derivatives(const Program& a, const Program& b, const std::vector<Array>& x) {
    Random random(8);
    const auto v = random_values(float_types(a.input_types()), random), w = random_values(float_types(a.output_types()), random);
    return all_close(tangents(a, x, v), tangents(b, x, v), 1e-9) && all_close(cotangents(a, x, w), cotangents(b, x, w), 1e-9);
  }

  const Primitive& record_;
  std::vector<Case> cases_, changed_;
  Mutant& mutant_;
  Mutant* carrier_ = nullptr;
  Program edges_, changed_edges_;
  MutantTally tally_;
};

}  // namespace

std::vector<std::string> differentiable_records() {
  std::vector<std::string> names;
  for (const Primitive* p : primitives()) {
    const bool is_mutant = dynamic_cast<const Mutant*>(p) != nullptr;
    if (!is_mutant && p->family != Family::structure && p->family != Family::nondifferentiable) names.emplace_back(p->name);
  }
  return names;
}

std::string complaint_about_unchanged(const Primitive& record) { return Trial(record).complaint(); }

MutantTally try_mutants(const Primitive& record, size_t most) { return Trial(record).run(most); }

}  // namespace wengert
