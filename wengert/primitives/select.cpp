// SPDX-License-Identifier: Apache-2.0
#include "wengert/primitives/select.h"

#include <cmath>
#include <limits>

#include "wengert/primitives/arithmetic.h"
#include "wengert/primitives/rearrange.h"

namespace wengert {
namespace {

std::vector<Type> infer_comparison(const Signature& s) {
  s.require(s.operands[0] == s.operands[1] && s.operands[0].dtype != DType::boolean, "two operands of one number type",
            "cast one to the type of the other; truth values are compared with the logical functions");
  return {Type{DType::boolean, s.operands[0].shape}};
}

std::vector<Type> infer_logic(const Signature& s) {
  for (const Type& type : s.operands)
    s.require(type.dtype == DType::boolean && type == s.operands[0], "bool operands of one shape",
              "make truth values by a comparison, e.g. less(0, x), or by a cast to bool");
  return {s.operands[0]};
}

std::vector<Type> infer_step(const Signature& s) {
  s.require(is_float(s.operands[0].dtype), "a float operand", "integers are whole already: leave the call out");
  return {s.operands[0]};
}

/// A kernel that stores `real(a, b)` or `integer(a, b)` element by element.
template <class Real, class Int> void compare_kernel(KernelBuilder& k, Real real, Int integer) {
  const Buffer a = k.operand(0), b = k.operand(1);
  k.parallel_loop(k.result().elements(), [&](Integer i) {
    if (is_float(a.type().dtype)) k.result().store(i, real(a.real(i), b.real(i)));
    else k.result().store(i, integer(a.integer(i), b.integer(i)));
  });
}

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

Array truths(const std::vector<double>& values) { return Array({static_cast<int64_t>(values.size())}, values).as(DType::boolean); }

/// Below, equal, above and not comparable; two integers.
std::vector<Example> comparison_examples(bool below, bool same, bool above) {
  const auto integer = [](double x) { return Array(x).as(DType::i64); };
  return {{{Array({4}, {1, 2, 3, nan}), Array({4}, {2, 2, 2, 2})}, {}, {truths({double(below), double(same), double(above), 0})}},
          {{integer(3), integer(3)}, {}, {Array(double(same)).as(DType::boolean)}},
          {{Array(-0.5), Array(0.5)}, {}, {Array(double(below)).as(DType::boolean)}}};
}

/// All four pairs of truth values.
std::vector<Example> logic_examples(const std::vector<double>& results) {
  return {{{truths({0, 0, 1, 1}), truths({0, 1, 0, 1})}, {}, {truths(results)}}};
}

std::vector<Expr> batch_elementwise(const Primitive& primitive, const BatchRule& rule) {
  return record_all(primitive, with_leading_axis(rule));
}

Expr aligned(const Primitive& primitive, Sited a, Expr b) {
  return record_all(primitive, align(primitive, {a.expr, b}, a.site), {}, a.site)[0];
}

}  // namespace

const Nondifferentiable less_p{{
    .name = "less", .arity = 2, .infer = infer_comparison,
    .kernel = [](KernelBuilder& k, const Attributes&) {
      compare_kernel(k, [](Scalar a, Scalar b) { return less(a, b); }, [](Integer a, Integer b) { return integer_less(a, b); });
    },
    .batch = [](const BatchRule& rule) { return batch_elementwise(less_p, rule); },
    .examples = [] { return comparison_examples(true, false, false); },
    .note = "piecewise constant",
    .access = Access::elementwise}};

const Nondifferentiable less_equal_p{{
    .name = "less_equal", .arity = 2, .infer = infer_comparison,
    .kernel = [](KernelBuilder& k, const Attributes&) {
      compare_kernel(k, [](Scalar a, Scalar b) { return less_equal(a, b); },
                     [](Integer a, Integer b) { return logical_not(integer_less(b, a)); });
    },
    .batch = [](const BatchRule& rule) { return batch_elementwise(less_equal_p, rule); },
    .examples = [] { return comparison_examples(true, true, false); },
    .note = "piecewise constant",
    .access = Access::elementwise}};

const Nondifferentiable equal_p{{
    .name = "equal", .arity = 2, .infer = infer_comparison,
    .kernel = [](KernelBuilder& k, const Attributes&) {
      compare_kernel(k, [](Scalar a, Scalar b) { return equal(a, b); }, [](Integer a, Integer b) { return integer_equal(a, b); });
    },
    .batch = [](const BatchRule& rule) { return batch_elementwise(equal_p, rule); },
    .examples = [] { return comparison_examples(false, true, false); },
    .note = "piecewise constant",
    .access = Access::elementwise}};

const Nondifferentiable logical_and_p{{
    .name = "logical_and", .arity = 2, .infer = infer_logic,
    .kernel = [](KernelBuilder& k, const Attributes&) {
      k.parallel_loop(k.result().elements(), [&](Integer i) {
        k.result().store(i, logical_and(k.operand(0).boolean(i), k.operand(1).boolean(i)));
      });
    },
    .batch = [](const BatchRule& rule) { return batch_elementwise(logical_and_p, rule); },
    .examples = [] { return logic_examples({0, 0, 0, 1}); },
    .note = "bool has no derivative",
    .access = Access::elementwise}};

const Nondifferentiable logical_or_p{{
    .name = "logical_or", .arity = 2, .infer = infer_logic,
    .kernel = [](KernelBuilder& k, const Attributes&) {
      k.parallel_loop(k.result().elements(), [&](Integer i) {
        k.result().store(i, logical_or(k.operand(0).boolean(i), k.operand(1).boolean(i)));
      });
    },
    .batch = [](const BatchRule& rule) { return batch_elementwise(logical_or_p, rule); },
    .examples = [] { return logic_examples({0, 1, 1, 1}); },
    .note = "bool has no derivative",
    .access = Access::elementwise}};

const Nondifferentiable logical_not_p{{
    .name = "logical_not", .arity = 1, .infer = infer_logic,
    .kernel = [](KernelBuilder& k, const Attributes&) {
      k.parallel_loop(k.result().elements(), [&](Integer i) { k.result().store(i, logical_not(k.operand(0).boolean(i))); });
    },
    .batch = [](const BatchRule& rule) { return batch_elementwise(logical_not_p, rule); },
    .examples = [] { return std::vector<Example>{{{truths({0, 1})}, {}, {truths({1, 0})}}}; },
    .note = "bool has no derivative",
    .access = Access::elementwise}};

const Nondifferentiable sign_p{{
    .name = "sign", .arity = 1, .infer = infer_step,
    .kernel = [](KernelBuilder& k, const Attributes&) {
      k.parallel_loop(k.result().elements(), [&](Integer i) {
        const Scalar x = k.operand(0).real(i);
        k.result().store(i, select(less(x, 0), -1, select(less(0, x), 1, x)));  // x itself at 0 and NaN
      });
    },
    .batch = [](const BatchRule& rule) { return batch_elementwise(sign_p, rule); },
    .examples = [] { return std::vector<Example>{{{Array({3}, {-2, 0, 0.5})}, {}, {Array({3}, {-1, 0, 1})}}}; },
    .note = "piecewise constant",
    .access = Access::elementwise}};

const Nondifferentiable compare_p{{
    .name = "compare", .arity = 2,
    .infer = [](const Signature& s) -> std::vector<Type> {
      s.require(is_float(s.operands[0].dtype) && s.operands[0] == s.operands[1], "two float operands of one type");
      return {s.operands[0]};
    },
    .kernel = [](KernelBuilder& k, const Attributes&) {
      k.parallel_loop(k.result().elements(), [&](Integer i) {
        const Scalar a = k.operand(0).real(i), b = k.operand(1).real(i);
        k.result().store(i, select(less(a, b), -1, select(less(b, a), 1, select(equal(a, b), 0, a + b))));  // a + b is NaN
      });
    },
    .batch = [](const BatchRule& rule) { return batch_elementwise(compare_p, rule); },
    .examples = [] {
      return std::vector<Example>{
          {{Array({3}, {1, 2, 3}), Array({3}, {2, 2, 2})}, {}, {Array({3}, {-1, 0, 1})}},
          {{Array({2}, {HUGE_VAL, nan}), Array({2}, {HUGE_VAL, 2})}, {}, {Array({2}, {0, nan})}}};
    },
    .note = "piecewise constant; sign(a - b), but 0 at two equal infinities",
    .access = Access::elementwise}};

const Nondifferentiable floor_p{{
    .name = "floor", .arity = 1, .infer = infer_step,
    .kernel = [](KernelBuilder& k, const Attributes&) {
      k.parallel_loop(k.result().elements(), [&](Integer i) { k.result().store(i, floor(k.operand(0).real(i))); });
    },
    .batch = [](const BatchRule& rule) { return batch_elementwise(floor_p, rule); },
    .examples = [] { return std::vector<Example>{{{Array({3}, {-2.5, 0, 0.5})}, {}, {Array({3}, {-3, 0, 0})}}}; },
    .note = "piecewise constant",
    .access = Access::elementwise}};

const Linear select_p{{
    .name = "select", .arity = 3,
    .infer = [](const Signature& s) -> std::vector<Type> {
      s.require(s.operands[0].dtype == DType::boolean && s.operands[1] == s.operands[2] && s.operands[0].shape == s.operands[1].shape,
                "a bool condition and two operands of one type, all of one shape",
                "make the condition by a comparison, e.g. less(x, y), and broadcast all three to one shape");
      return {s.operands[1]};
    },
    .kernel = [](KernelBuilder& k, const Attributes&) {
      k.parallel_loop(k.result().elements(), [&](Integer i) {
        const Boolean condition = k.operand(0).boolean(i);
        const Buffer a = k.operand(1), b = k.operand(2);
        if (is_float(a.type().dtype)) return k.result().store(i, select(condition, a.real(i), b.real(i)));
        if (a.type().dtype == DType::i64) return k.result().store(i, select_integer(condition, a.integer(i), b.integer(i)));
        k.result().store(i, logical_or(logical_and(condition, a.boolean(i)), logical_and(logical_not(condition), b.boolean(i))));
      });
    },
    .transpose = [](const TransposeRule& r) -> Tangents {
      const Expr condition = *r.operands[0], y_bar = r.cotangent();
      Tangents x_bar(3);
      if (r.linear(1)) x_bar[1] = select(condition, y_bar, 0);
      if (r.linear(2)) x_bar[2] = select(condition, 0, y_bar);
      return x_bar;
    },
    .batch = [](const BatchRule& rule) { return batch_elementwise(select_p, rule); },
    .examples = [] {
      const bool mask[] = {true, false, true};
      return std::vector<Example>{{{Array::of<bool>({3}, mask), Array({3}, {1, 2, 3}), Array({3}, {4, 5, 6})}, {}, {Array({3}, {1, 5, 3})}}};
    },
    .note = "the side not taken gets a cotangent of exactly zero",
    .access = Access::elementwise}};

const Elementwise<2> max_p{{
    .name = "max",
    .kernel = [](auto a, auto b) { return max(a, b); },
    .partials = [](auto a, auto b, auto) {
      const auto share = 0.5 + 0.5 * compare(a, b);
      return each(share, 1 - share);
    },
    .known = {{{1, 2}, 2}, {{-1, -3}, -1}},
    .samples = {{1, 2}, {3, -1}},
    .edges = {{{1, 1}, {0.5, 0.5}}, {{HUGE_VAL, HUGE_VAL}, {0.5, 0.5}}, {{1, nan}, {nan, nan}}},
    .note = "at a tie half of the derivative to each"}};

const Elementwise<2> min_p{{
    .name = "min",
    .kernel = [](auto a, auto b) { return min(a, b); },
    .partials = [](auto a, auto b, auto) {
      const auto share = 0.5 + 0.5 * compare(b, a);
      return each(share, 1 - share);
    },
    .known = {{{1, 2}, 1}, {{-1, -3}, -3}},
    .samples = {{1, 2}, {3, -1}},
    .edges = {{{1, 1}, {0.5, 0.5}}, {{-HUGE_VAL, -HUGE_VAL}, {0.5, 0.5}}, {{1, nan}, {nan, nan}}},
    .note = "at a tie half of the derivative to each"}};

const Elementwise<1> abs_p{{
    .name = "abs",
    .kernel = [](auto x) { return abs(x); },
    .partials = [](auto x, auto) { return each(sign(x)); },
    .known = {{{-2}, 2}, {{3}, 3}},
    .samples = {{-0.7}, {1.5}},
    .edges = {{{0}, {0}}, {{nan}, {nan}}}}};

Expr less(Sited a, Expr b) { return aligned(less_p, a, b); }
Expr less_equal(Sited a, Expr b) { return aligned(less_equal_p, a, b); }
Expr equal(Sited a, Expr b) { return aligned(equal_p, a, b); }
Expr logical_and(Sited a, Expr b) { return aligned(logical_and_p, a, b); }
Expr logical_or(Sited a, Expr b) { return aligned(logical_or_p, a, b); }
Expr logical_not(Sited a) { return logical_not_p(a); }
Expr sign(Sited x) { return sign_p(x); }
Expr compare(Sited a, Expr b) { return aligned(compare_p, a, b); }
Expr floor(Sited x) { return floor_p(x); }

Expr select(Sited condition, Expr a, Expr b) {
  auto sides = align(select_p, {a, b}, condition.site);
  const Shape shape = broadcast(condition.expr.shape(), sides[0].shape());
  for (Expr& side : sides) side = broadcast_to({side, condition.site}, shape);
  const Expr mask = broadcast_to(condition, shape);
  return record(select_p, {mask, sides[0], sides[1]}, {}, condition.site);
}

}  // namespace wengert
