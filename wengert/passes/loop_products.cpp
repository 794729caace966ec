// SPDX-License-Identifier: Apache-2.0
#include "wengert/passes/loop_products.h"

#include <algorithm>

#include "wengert/passes/rewrite.h"
#include "wengert/primitives/arithmetic.h"
#include "wengert/primitives/control.h"
#include "wengert/primitives/control_rules.h"
#include "wengert/primitives/linalg.h"
#include "wengert/primitives/rearrange.h"

namespace wengert {
namespace {

/// Rows of a step from which on a product of all steps is hardly faster than one a step.
constexpr int64_t many_rows = 256;

using Values = std::vector<ValueId>;

ValueId next(ValueId v, size_t by) { return ValueId{static_cast<uint32_t>(index(v) + by)}; }

/// What of a scan's body is better done outside.
class Outside {
 public:
  /// A carry that the body only adds products to.
  struct Sum {
    size_t carry;
    ValueId total, product;
  };

  Outside(const Program& body, size_t carries, const Flags& mapped) : body_(body), carries_(carries), mapped_(mapped), reads_(body.size(), 0) {
    for (uint32_t i = 0; i < body.size(); ++i)
      for (ValueId v : body.operands(ValueId{i})) ++reads_[index(v)];
    for (ValueId v : body.outputs()) ++reads_[index(v)];
    for_each_instruction(body, [&](ValueId v) {
      if (is_known_product(v)) before.push_back(v);
    });
    for (size_t k = 0; k < carries; ++k) find_sum(k);
  }

  std::vector<ValueId> before;  ///< products of a slice and a shared operand
  std::vector<Sum> after;

  bool is_sum(size_t carry) const { return std::ranges::find(after, carry, &Sum::carry) != after.end(); }

 private:
  bool is_slice(ValueId v) const { return body_.is_input(v) && index(v) >= carries_ && mapped_[index(v) - carries_]; }
  bool is_shared(ValueId v) const { return body_.is_input(v) && index(v) >= carries_ && !mapped_[index(v) - carries_]; }

  bool is_plain_product(ValueId v, bool transpose_a) const {
    return &body_.primitive(v) == &matmul_p && body_.type(v).shape.rank() == 2 && body_.attributes(v).flag("transpose_a") == transpose_a;
  }
  bool is_known_product(ValueId v) const {
    if (!is_plain_product(v, false)) return false;
    const auto factors = body_.operands(v);
    return is_slice(factors[0]) && is_shared(factors[1]) && body_.type(v).shape[0] < many_rows;
  }

  void find_sum(size_t carry) {
    const ValueId total = body_.outputs()[carry], before_step{static_cast<uint32_t>(carry)};
    if (body_.is_input(total) || &body_.primitive(total) != &add_p || reads_[index(total)] != 1 || reads_[carry] != 1) return;
    const auto terms = body_.operands(total);
    if (terms[0] != before_step && terms[1] != before_step) return;
    const ValueId product = terms[0] == before_step ? terms[1] : terms[0];
    if (!body_.is_input(product) && reads_[index(product)] == 1 && is_sum_of_outer_products(product)) after.push_back({carry, total, product});
  }
  bool is_sum_of_outer_products(ValueId v) const {
    if (!is_plain_product(v, true) || body_.attributes(v).flag("transpose_b")) return false;
    const auto factors = body_.operands(v);
    if (is_shared(factors[0]) || is_shared(factors[1])) return false;
    return body_.type(v).elements() > body_.type(factors[0]).elements() + body_.type(factors[1]).elements();
  }

  const Program& body_;
  const size_t carries_;
  const Flags& mapped_;
  std::vector<int> reads_;
};

/// A scan with its products outside.
class LoopOfProducts {
 public:
  LoopOfProducts(Rewriter& rewriter, ValueId v, const Attributes& attributes)
      : to_(rewriter.to()), site_(rewriter.from().site(v)), attributes_(attributes), body_(attributes_.program("body")),
        length_(attributes.integer("length")), carries_(static_cast<size_t>(attributes.integer("carries"))),
        mapped_(flags(attributes, "mapped")), outside_(body_, carries_, mapped_), in_body_(body_.size(), no_value) {
    const auto operands = rewriter.operands(v);
    all_.assign(operands.begin(), operands.end());
  }

  bool changes() const { return !outside_.before.empty() || !outside_.after.empty(); }

  /// What each result of the old scan became.
  Values operator()() {
    const Program inside = body();
    Attributes attributes = attributes_;
    attributes.set("body", NestedProgram(inside));
    attributes.set("carries", static_cast<int64_t>(kept_carries()));
    attributes.set("mapped", as_integers(new_mapped_));
    std::vector<Type> types = inside.output_types();
    for (size_t k = kept_carries(); k < types.size(); ++k) types[k].shape = types[k].shape.with(0, length_);
    const ValueId first = to_.append_typed(scan_p, operands_, attributes, types, site_);
    Values results;
    size_t kept = 0;
    for (size_t k = 0; k < body_.outputs().size(); ++k) results.push_back(k < carries_ && outside_.is_sum(k) ? no_value : next(first, kept++));
    for (const Outside::Sum& sum : outside_.after) results[sum.carry] = total(sum, first);
    return results;
  }

 private:
  /// The body without the products; fills in what the new scan is applied to.
  Program body() {
    ProgramBuilder inside(body_.name());
    for (size_t k = 0; k < body_.inputs(); ++k)
      if (k >= carries_ || !outside_.is_sum(k)) give(inside, ValueId{static_cast<uint32_t>(k)}, all_[k]);
    for (size_t k = 0; k < mapped_.size(); ++k) new_mapped_.push_back(mapped_[k]);
    for (ValueId v : outside_.before) {
      give(inside, v, product_of_all(v));
      new_mapped_.push_back(true);
    }
    for_each_instruction(body_, [&](ValueId v) {
      if (in_body_[index(v)] == no_value && !is_of_sum(v)) copy(inside, v);
    });
    Values outputs;
    for (size_t k = 0; k < body_.outputs().size(); ++k)
      if (k >= carries_ || !outside_.is_sum(k)) outputs.push_back(in_body_[index(body_.outputs()[k])]);
    for (const Outside::Sum& sum : outside_.after)
      for (ValueId factor : body_.operands(sum.product)) keep(factor, outputs);
    return inside.finish(outputs);
  }

  /// An input of the new body, and the operand that it is a slice of, or the carry's start.
  void give(ProgramBuilder& inside, ValueId old, ValueId operand) {
    in_body_[index(old)] = inside.input(body_.type(old), std::string(body_.value_name(old)));
    operands_.push_back(operand);
  }
  void copy(ProgramBuilder& inside, ValueId v) {
    if (body_.is_constant(v)) {
      in_body_[index(v)] = inside.constant(body_.constant(v));
      return;
    }
    Values operands;
    std::vector<Type> types;
    const Instruction line = body_[v];
    for (ValueId operand : line.operands) operands.push_back(in_body_[index(operand)]);
    for (size_t k = 0; k < static_cast<size_t>(line.results); ++k) types.push_back(body_.type(next(v, k)));
    const ValueId now = inside.append_typed(line.primitive, operands, line.attributes, types, body_.site(v));
    for (size_t k = 0; k < types.size(); ++k) in_body_[index(v) + k] = next(now, k);
  }
  /// Of a factor that is no slice of an operand, the steps' values become one more result.
  void keep(ValueId factor, Values& outputs) {
    const ValueId now = in_body_[index(factor)];
    const bool slice = index(now) < operands_.size() && index(now) >= kept_carries();
    const auto stacked = outputs.begin() + static_cast<std::ptrdiff_t>(kept_carries());
    const size_t at = static_cast<size_t>(std::find(stacked, outputs.end(), now) - outputs.begin());
    if (!slice && at == outputs.size()) outputs.push_back(now);
    factors_.push_back({slice ? operands_[index(now)] : no_value, at});
  }
  size_t kept_carries() const { return carries_ - outside_.after.size(); }
  bool is_of_sum(ValueId v) const {
    return std::ranges::any_of(outside_.after, [&](const Outside::Sum& sum) { return sum.total == v || sum.product == v; });
  }

  ValueId reshaped(ValueId v, const Shape& shape) {
    const Type type{to_.type(v).dtype, shape};
    const auto extents = shape.extents();
    return to_.append_typed(reshape_p, {&v, 1}, {{"shape", std::vector<int64_t>(extents.begin(), extents.end())}}, {&type, 1}, site_);
  }
  /// [length, rows, n] as [length rows, n].
  ValueId rows_of_all(ValueId v) {
    const Shape shape = to_.type(v).shape;
    return reshaped(v, {shape[0] * shape[1], shape[2]});
  }
  ValueId product_of_all(ValueId v) {
    const auto factors = body_.operands(v);
    const ValueId pair[]{rows_of_all(all_[index(factors[0])]), all_[index(factors[1])]};
    return reshaped(to_.append(matmul_p, pair, body_.attributes(v), site_), body_.type(v).shape.with(0, length_));
  }
  ValueId total(const Outside::Sum& sum, ValueId first) {
    const size_t which = 2 * static_cast<size_t>(&sum - outside_.after.data());
    ValueId pair[2];
    for (size_t k = 0; k < 2; ++k) {
      const Factor& factor = factors_[which + k];
      pair[k] = rows_of_all(factor.operand != no_value ? factor.operand : next(first, factor.result));
    }
    const ValueId terms[]{all_[sum.carry], to_.append(matmul_p, pair, body_.attributes(sum.product), site_)};
    return to_.append(add_p, terms, {}, site_);
  }

  /// Of a sum's products: an operand of the scan, or one of its results.
  struct Factor {
    ValueId operand;
    size_t result;
  };

  ProgramBuilder& to_;
  const Site site_;
  const Attributes attributes_;
  const Program& body_;
  const int64_t length_;
  const size_t carries_;
  const Flags mapped_;
  const Outside outside_;
  Values all_, in_body_, operands_;  // the old operands; what body values became; the new operands
  Flags new_mapped_;
  std::vector<Factor> factors_;
};

}  // namespace

Program loop_products(const Program& p) {
  Rewriter rewriter(p);
  BodyRewriter bodies(loop_products);
  for_each_instruction(p, [&](ValueId v) {
    const Attributes& attributes = bodies(p.attributes(v));
    if (&p.primitive(v) != &scan_p || attributes.integer("length") < 2) return void(rewriter.copy(v, attributes));
    LoopOfProducts loop(rewriter, v, attributes);
    if (!loop.changes()) return void(rewriter.copy(v, attributes));
    const Values now = loop();
    for (size_t k = 0; k < now.size(); ++k) rewriter.set(next(v, k), now[k]);
  });
  return rewriter.finish();
}

}  // namespace wengert
