// SPDX-License-Identifier: Apache-2.0
#include "wengert/plan/ensemble.h"

#include <algorithm>
#include <bit>
#include <chrono>

#include <fmt/format.h>

#include "wengert/ad/accumulate.h"
#include "wengert/ad/linearize.h"
#include "wengert/base/error.h"
#include "wengert/ir/text.h"
#include "wengert/passes/simplify.h"

namespace wengert {
namespace {

constexpr const char* form = "write subsets of small letters with commas between: abc,bd,cd";

std::string letter(uint32_t element) { return std::string(1, static_cast<char>('a' + element)); }

std::string letters(uint32_t set) {
  std::string text;
  for (; set != 0; set &= set - 1) text += letter(static_cast<uint32_t>(std::countr_zero(set)));
  return text;
}

/// Iterative deepening: all sequences of so many unions, then of one more.
class UnionSearch {
 public:
  explicit UnionSearch(const Ensemble& ensemble) {
    for (uint32_t a = 0; a < ensemble.elements; ++a) made_.push_back(1U << a);
    for (const uint32_t subset : ensemble.subsets)
      if (std::popcount(subset) > 1 && std::ranges::find(wanted_, subset) == wanted_.end()) wanted_.push_back(subset);
  }

  std::vector<DisjointUnion> run() {
    size_t most = wanted_.size();
    while (!extend(most, 0)) ++most;
    return unions_;
  }

 private:
  size_t missing() const {
    return static_cast<size_t>(
        std::ranges::count_if(wanted_, [&](uint32_t set) { return std::ranges::find(made_, set) == made_.end(); }));
  }

  /// Whether `left` further unions can make what is missing. Unions come in the order of their later part, so that no
  /// sequence is tried in two orders: `from` is where that may begin.
  bool extend(size_t left, size_t from) {
    const size_t lacking = missing();
    if (lacking == 0) return true;
    if (lacking > left) return false;
    for (size_t j = from; j < made_.size(); ++j)
      for (size_t i = 0; i < j; ++i) {
        if (!is_useful(i, j)) continue;
        if (++trials_ > most_trials)
          throw ResourceError("W733", fmt::format("the fewest unions were not found in {} trials", most_trials), {},
                              "give fewer or smaller subsets");
        made_.push_back(made_[i] | made_[j]), unions_.push_back({made_[i], made_[j]});
        if (extend(left - 1, j)) return true;
        made_.pop_back(), unions_.pop_back();
      }
    return false;
  }

  /// Disjoint, new, and part of something wanted.
  bool is_useful(size_t i, size_t j) const {
    const uint32_t set = made_[i] | made_[j];
    if ((made_[i] & made_[j]) != 0 || std::ranges::find(made_, set) != made_.end()) return false;
    return std::ranges::any_of(wanted_, [&](uint32_t subset) { return (set & ~subset) == 0; });
  }

  static constexpr int64_t most_trials = 1'000'000;
  std::vector<uint32_t> made_, wanted_;
  std::vector<DisjointUnion> unions_;
  int64_t trials_ = 0;
};

/// The elements of a subset in the order of its chain, and which of its inner vertices goes when.
struct Chain {
  std::vector<uint32_t> elements;
  std::vector<size_t> order;  ///< k: the vertex behind the element k

  void arrange(uint32_t set, const Splits& splits) {
    if (std::popcount(set) == 1) return elements.push_back(static_cast<uint32_t>(std::countr_zero(set)));
    const auto cut = splits.find(set);
    const uint32_t first = cut == splits.end() ? 0 : cut->second;
    if (first == 0 || first == set || (first & ~set) != 0)
      throw UsageError("W731", fmt::format("the set {} is not split into two parts of it", letters(set)), {},
                       "split every set of more than one element");
    arrange(first, splits);
    const size_t middle = elements.size() - 1;
    arrange(set & ~first, splits);
    order.push_back(middle);
  }
};

std::string text_of(const Ensemble& ensemble, const std::vector<Chain>& chains) {
  std::string inputs, body, outputs;
  for (size_t k = 0; k < chains.size(); ++k) inputs += fmt::format("x{}, ", k + 1);
  for (uint32_t a = 0; a < ensemble.elements; ++a) {
    inputs += letter(a) + (a + 1 < ensemble.elements ? ", " : "");
    body += fmt::format("  c{0} = stop_gradient({0})\n", letter(a));
  }
  for (size_t k = 0; k < chains.size(); ++k) {
    std::string last = fmt::format("x{}", k + 1);
    for (size_t j = 0; j < chains[k].elements.size(); ++j) {
      const std::string next = fmt::format("y{}_{}", k + 1, j + 1);
      body += fmt::format("  {} = {} * c{}\n", next, last, letter(chains[k].elements[j]));
      last = next;
    }
    outputs += (k == 0 ? "" : ", ") + last;
  }
  return fmt::format("program ensemble({}) {{\n{}  return {}\n}}", inputs, body, outputs);
}

}  // namespace

Ensemble parse_ensemble(std::string_view text) {
  Ensemble ensemble;
  ensemble.subsets.push_back(0);
  for (const char c : text) {
    if (c == ',') {
      ensemble.subsets.push_back(0);
      continue;
    }
    const auto element = static_cast<uint32_t>(c - 'a');
    if (c < 'a' || c > 'z' || (ensemble.subsets.back() >> element & 1) != 0)
      throw UsageError("W731",
                       fmt::format("\"{}\" is no collection of subsets: \"{}\" is no letter, or there twice", text, c),
                       {}, form);
    ensemble.subsets.back() |= 1U << element;
    ensemble.elements = std::max<size_t>(ensemble.elements, element + 1);
  }
  if (std::ranges::find(ensemble.subsets, 0U) != ensemble.subsets.end())
    throw UsageError("W731", fmt::format("\"{}\" has an empty subset", text), {}, form);
  return ensemble;
}

Plan<std::vector<DisjointUnion>> fewest_unions(const Ensemble& ensemble) {
  const auto start = std::chrono::steady_clock::now();
  Plan<std::vector<DisjointUnion>> plan;
  plan.choice = UnionSearch(ensemble).run();
  plan.cost = plan.lower_bound = static_cast<int64_t>(plan.choice.size());
  plan.proven = true;
  plan.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return plan;
}

std::vector<Splits> splits(const Ensemble& ensemble, const std::vector<DisjointUnion>& unions) {
  Splits all;
  for (const DisjointUnion& u : unions) all.try_emplace(u.left | u.right, u.left);
  return std::vector<Splits>(ensemble.subsets.size(), all);
}

EnsembleElimination ensemble_elimination(const Ensemble& ensemble, const std::vector<Splits>& splits) {
  std::vector<Chain> chains(ensemble.subsets.size());
  for (size_t k = 0; k < chains.size(); ++k) chains[k].arrange(ensemble.subsets[k], splits.at(k));
  EnsembleElimination result{parse(text_of(ensemble, chains)), {}};
  const LinearGraph graph = linearize(result.program).graph;
  std::map<std::string, VertexId> vertex;
  for (uint32_t v = 0; v < graph.lines.size(); ++v)
    if (graph.lines[v]) vertex[std::string(result.program.value_name(ValueId{v}))] = *graph.lines[v];
  for (size_t k = 0; k < chains.size(); ++k)
    for (const size_t j : chains[k].order) result.order.push_back(vertex.at(fmt::format("y{}_{}", k + 1, j + 1)));
  return result;
}

int64_t EnsembleElimination::products() const {
  const Program jacobian = simplify(accumulate(program, order).program);
  int64_t count = 0;
  for (uint32_t v = 0; v < jacobian.size(); ++v)
    count += !jacobian.is_input(ValueId{v}) && jacobian.primitive(ValueId{v}).name == "mul";
  return count;
}

}  // namespace wengert
