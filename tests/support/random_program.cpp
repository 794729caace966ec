// SPDX-License-Identifier: Apache-2.0
#include "random_program.h"

#include <algorithm>
#include <cmath>

#include "derivative_cases.h"
#include "wengert/exec/interpreter.h"
#include "wengert/ir/registry.h"
#include "wengert/primitives/primitives.h"

namespace wengert {
namespace {

bool is_moderate(const Array& array, double largest) {
  for (int64_t i = 0; i < array.elements(); ++i)
    if (!(std::abs(array[i]) <= largest)) return false;
  return array.elements() > 0;
}

/// a - b, elementwise, in a's dtype.
Array difference(const Array& a, const Array& b) {
  Array result(Type{DType::f64, a.shape()});
  const auto values = result.mutable_values<double>();
  for (size_t i = 0; i < values.size(); ++i) values[i] = a[static_cast<int64_t>(i)] - b[static_cast<int64_t>(i)];
  return result.as(a.dtype());
}

bool is_scalar(const Primitive& primitive, const Example& example) {
  std::vector<Type> operands;
  for (const Array& x : example.operands) operands.push_back(x.type());
  return std::ranges::all_of(operands, &Type::is_scalar) &&
         std::ranges::all_of(primitive.infer({primitive, operands, example.attributes}), &Type::is_scalar);
}

class Drawing {
 public:
  Drawing(Random random, const RandomProgramOptions& options)
      : random_(random), options_(options), recording_("drawn", options.dtype) {
    for (const Primitive* p :
         options.only.empty() ? std::vector<const Primitive*>(primitives().begin(), primitives().end()) : options.only)
      if (!p->examples().empty() && !p->is_guard()) records_.push_back(p);
  }

  RandomProgram operator()() {
    for (uint64_t k = 0, inputs = 1 + random_.below(3); k < inputs; ++k) add_input();
    for (int k = 0; k < options_.draws; ++k) {
      if (options_.nesting > 0 && random_.below(12) == 0)
        draw_loop();
      else
        draw_instruction();
    }
    std::vector<Expr> outputs;
    for (uint64_t k = 0, count = 1 + random_.below(3); k < count; ++k)
      outputs.push_back(pool_[pool_.size() - 1 - std::min<size_t>(k, pool_.size() - 1)]);
    outputs.push_back(total());
    return {recording_.finish(outputs), point_};
  }

 private:
  void add_input() {
    static const Shape shapes[] = {{}, {3}, {2, 3}, {2, 2}};
    const Shape shape = options_.arrays ? shapes[random_.below(4)] : Shape{};
    Array value(Type{DType::f64, shape});
    for (double& x : value.mutable_values<double>()) x = random_.uniform(-2, 2);
    point_.push_back(value.as(options_.dtype));
    pool_.push_back(recording_.input(point_.back().type(), "x" + std::to_string(point_.size())));
  }

  /// Numbers for the lines recorded since the last call.
  void evaluate_new_lines() {
    const Program& lines = recording_.builder().view();
    while (values_.size() < lines.size()) {
      const ValueId v{static_cast<uint32_t>(values_.size())};
      if (lines.is_input(v))
        values_.push_back(point_[index(v)]);
      else if (lines.is_constant(v))
        values_.push_back(lines.constant(v));
      else
        for (Array& result : run(lines, lines[v])) values_.push_back(std::move(result));
    }
  }

  std::vector<Array> run(const Program& lines, const Instruction& line) const {
    ProgramBuilder single;
    std::vector<ValueId> operands, results;
    std::vector<Array> inputs;
    std::vector<Type> types;
    for (ValueId v : line.operands) {
      operands.push_back(single.input(lines.type(v)));
      inputs.push_back(values_[index(v)]);
    }
    for (uint32_t k = 0; k < static_cast<uint32_t>(line.results); ++k)
      types.push_back(lines.type(ValueId{static_cast<uint32_t>(line.value) + k}));
    const ValueId first = single.append_typed(line.primitive, operands, line.attributes, types, {});
    for (uint32_t k = 0; k < types.size(); ++k) results.push_back(ValueId{static_cast<uint32_t>(first) + k});
    return evaluate(single.finish(results), inputs);
  }

  const Array& value_of(const Expr& e) {
    evaluate_new_lines();
    return values_[index(e.value())];
  }

  const Expr& any() { return pool_[random_.below(pool_.size())]; }

  /// A value of that shape that depends on the inputs: one of the pool, or the sum of one, stretched.
  Expr of_shape(const Shape& shape) {
    std::vector<Expr> fitting;
    for (const Expr& e : pool_)
      if (e.shape() == shape) fitting.push_back(e);
    if (!fitting.empty() && random_.below(8) != 0) return fitting[random_.below(fitting.size())];
    return broadcast_to(sum(any()), shape);
  }

  /// The same value plus a constant that makes it `target` at the point.
  Expr moved(const Expr& e, const Array& target) {
    return e + constant(difference(target.as(options_.dtype), value_of(e)));
  }

  Expr operand(const Array& example) {
    return is_float(example.dtype()) ? moved(of_shape(example.shape()), example) : constant(example);
  }

  void keep(const std::vector<Expr>& results) {
    for (const Expr& e : results)
      if (const Array& value = value_of(e); value.dtype() == options_.dtype && is_moderate(value, options_.largest))
        pool_.push_back(e);
  }

  void draw_instruction() {
    const Primitive& primitive = *records_[random_.below(records_.size())];
    const auto examples = primitive.examples();
    const Example& example = examples[random_.below(examples.size())];
    for (const Array& x : example.operands)
      if (!is_moderate(x, 100)) return;
    if (!options_.arrays && !is_scalar(primitive, example)) return;
    if (primitive.family == Family::elementwise && !example.results.empty() && random_.below(4) != 0)
      return;  // may lie on a border
    if (primitive.family == Family::elementwise) return keep(record_all(primitive, elementwise_operands(primitive, example)));
    std::vector<Expr> operands;
    for (const Array& x : example.operands) operands.push_back(operand(x));
    keep(record_all(primitive, operands, example.attributes));
  }

  std::vector<Expr> elementwise_operands(const Primitive& primitive, const Example& example) {
    const Shape shape = any().shape();
    std::vector<Expr> operands;
    for (const Array& x : example.operands) {
      const Array target = Array::filled({options_.dtype, shape}, x.item());
      operands.push_back(has_no_partial(primitive, operands.size()) ? constant(target) : moved(of_shape(shape), target));
    }
    return operands;
  }

  RandomProgram body() {
    RandomProgramOptions inner = options_;
    inner.nesting = options_.nesting - 1;
    inner.draws = std::min(options_.draws, 4);
    return Drawing(random_.split(random_.bits()), inner)();
  }

  /// A call, or a body with the library's own derivatives as the user's rule.
  void draw_nested(const RandomProgram& inner, uint64_t kind) {
    std::vector<Expr> operands;
    for (const Array& x : inner.point) operands.push_back(operand(x));
    if (kind == 0) keep(call(inner.program, operands));
    if (kind == 1) keep(custom_jvp(inner.program, jvp_rule(inner.program), operands));
    if (kind == 2) keep(custom_vjp(inner.program, vjp_rule(inner.program), operands));
  }

  void draw_loop() {
    const RandomProgram inner = body();
    const uint64_t kind = random_.below(options_.arrays ? 5 : 3);
    if (kind < 3) return draw_nested(inner, kind);
    constexpr int64_t length = 3;
    std::vector<Expr> operands;
    std::vector<bool> mapped, summed;
    for (const Array& x : inner.point) {
      mapped.push_back(operands.empty() || random_.below(2) == 0);
      const Expr whole = operand(x);
      operands.push_back(mapped.back() ? broadcast_to(whole, x.shape().with(0, length)) : whole);
    }
    if (kind == 4)
      return keep(
          scan(step_of(inner), {&pool_.emplace_back(total()), 1}, operands, mapped, length, random_.below(2) == 0));
    for (ValueId v : inner.program.outputs())
      summed.push_back(is_float(inner.program.type(v).dtype) && random_.below(2) == 0);
    keep(map(inner.program, operands, mapped, summed));
  }

  /// (carry, x...) -> (carry / 2 + the last result / 10, results...).
  Program step_of(const RandomProgram& inner) const {
    Recording recording("step", options_.dtype);
    const Expr carry = recording.input({options_.dtype, {}});
    std::vector<Expr> inputs;
    for (const Type& type : inner.program.input_types()) inputs.push_back(recording.input(type));
    auto results = replay(inner.program, inputs);
    results.insert(results.begin(), carry / 2 + results.back() / 10);
    return recording.finish(results);
  }

  /// A scalar that depends on much of the pool, bounded.
  Expr total() {
    Expr result = sin(sum(pool_[0]));
    for (int k = 0; k < 3; ++k) result += sin(sum(any()));
    return result;
  }

  Random random_;
  const RandomProgramOptions options_;
  Recording recording_;
  std::vector<const Primitive*> records_;
  std::vector<Expr> pool_;
  std::vector<Array> point_, values_;
};

}  // namespace

RandomProgram random_program(uint64_t key, const RandomProgramOptions& options) {
  return Drawing(Random(key), options)();
}

std::vector<Array> near_by(const std::vector<Array>& point, Random& random, double distance) {
  std::vector<Array> result;
  for (const Array& x : point) {
    if (!is_float(x.dtype())) {
      result.push_back(x);
      continue;
    }
    Array moved = x.as(DType::f64);
    for (double& value : moved.mutable_values<double>())
      value += distance * (1 + std::abs(value)) * random.uniform(-1, 1);
    result.push_back(moved.as(x.dtype()));
  }
  return result;
}

}  // namespace wengert
