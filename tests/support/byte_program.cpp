// SPDX-License-Identifier: Apache-2.0
#include "byte_program.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "wengert/ad/derivatives.h"
#include "wengert/base/random.h"
#include "wengert/ir/registry.h"
#include "wengert/passes/batch.h"
#include "wengert/primitives/primitives.h"

namespace wengert {
namespace {

constexpr int64_t most_elements = 64;  // of a value; a Jacobian of such values is still quick
constexpr size_t most_lines = 40;

/// Bytes one after the other; zeros behind the last one.
class Bytes {
 public:
  explicit Bytes(std::span<const uint8_t> bytes) : left_(bytes) {}
  bool empty() const { return left_.empty(); }
  size_t below(size_t n) {
    if (left_.empty()) return 0;
    const uint8_t byte = left_.front();
    left_ = left_.subspan(1);
    return byte % n;
  }

 private:
  std::span<const uint8_t> left_;
};

double number(Bytes& bytes) {
  static const double edges[] = {0,    -0.0,   1,     -1,    0.5,     2,       INFINITY, -INFINITY,
                                 NAN,  1e-310, 1e-40, 1e300, -1e300,  0x1p53,  0x1p63,   3.5,
                                 -2.5, 1e-8,   1e8,   710,   -745.25, 1.0 / 3, -0.75,    3.141592653589793};
  const size_t byte = bytes.below(256);
  return byte < std::size(edges) ? edges[byte] : (static_cast<double>(byte) - 140) / 32;
}

/// NaN becomes no integer: converting one to i64 is the library's business where a Program does it, not here.
Array array(Bytes& bytes, const Type& type) {
  Array values(Type{DType::f64, type.shape});
  for (double& x : values.mutable_values<double>()) {
    x = number(bytes);
    if (type.dtype == DType::i64) x = std::abs(x) < 1e18 ? std::trunc(x) : 7;
    if (type.dtype == DType::boolean) x = x > 0;
  }
  return values.as(type.dtype);
}

Type input_type(Bytes& bytes) {
  static const DType dtypes[] = {DType::f64, DType::f32, DType::f64,    DType::i64,
                                 DType::f64, DType::f32, DType::boolean};
  static const Shape shapes[] = {{}, {3}, {2, 3}, {}, {2, 2}, {5}, {1}, {0}, {9}, {3, 1}};
  const DType dtype = dtypes[bytes.below(std::size(dtypes))];
  return {dtype, shapes[bytes.below(std::size(shapes))]};
}

const std::vector<const Primitive*>& drawn_records() {
  static const auto records = [] {
    std::vector<const Primitive*> list;
    for (const Primitive* p : primitives())
      if (p->family != Family::structure && !p->examples().empty() && !p->is_guard()) list.push_back(p);
    return list;
  }();
  return records;
}

/// One Program, or the body of one.
class Drawing {
 public:
  Drawing(Bytes& bytes, int nesting) : bytes_(bytes), nesting_(nesting), recording_("drawn") {}

  Expr input(const Type& type) {
    return pool_.emplace_back(recording_.input(type, "x" + std::to_string(pool_.size())));
  }
  /// The value that an instruction of this body stands for, beside inputs.
  void draw(size_t instructions) {
    for (size_t k = 0; k < instructions && !bytes_.empty() && recording_.builder().size() < most_lines; ++k) {
      try {
        keep(drawn());
      } catch (const Error& error) {
        if (error.kind() == ErrorKind::internal) throw;  // others: the types do not fit
      }
    }
  }
  /// The last values, and before them `first`.
  Program finish(std::vector<Expr> first = {}) {
    for (size_t k = 0, count = 1 + bytes_.below(3); k < count && k < pool_.size(); ++k)
      first.push_back(pool_[pool_.size() - 1 - k]);
    return recording_.finish(first);
  }
  /// The last value of that type.
  Expr last_of(const Type& type) const {
    return *std::find_if(pool_.rbegin(), pool_.rend(), [&](const Expr& e) { return e.type() == type; });
  }

 private:
  void keep(const std::vector<Expr>& results) {
    for (const Expr& e : results)
      if (e.type().elements() <= most_elements && e.type().shape.rank() < 4) pool_.push_back(e);
  }
  const Expr& any() { return pool_[pool_.size() - 1 - bytes_.below(pool_.size())]; }

  std::vector<Expr> drawn() {
    const size_t kind = bytes_.below(16);
    if (nesting_ == 0 || kind > 3) return instruction();
    if (kind == 0) return called();
    return kind == 1 ? scanned() : mapped();
  }

  std::vector<Expr> instruction() {
    const Primitive& primitive = *drawn_records()[bytes_.below(drawn_records().size())];
    const auto examples = primitive.examples();
    const Example& example = examples[bytes_.below(examples.size())];
    std::vector<Expr> operands;
    for (const Array& x : example.operands) operands.push_back(operand(x));
    return record_all(primitive, operands, example.attributes);
  }

  /// Mostly a value of the type that the example has there, made of any where there is none.
  Expr operand(const Array& example) {
    const size_t how = bytes_.below(8);
    if (how == 0) return any();
    if (how == 1) return constant(example);
    std::vector<Expr> fitting;
    for (const Expr& e : pool_)
      if (e.type() == example.type()) fitting.push_back(e);
    if (!fitting.empty()) return fitting[bytes_.below(fitting.size())];
    const Expr source = any();
    const Expr typed = source.type().dtype == example.dtype() ? source : convert(source, example.dtype());
    return broadcasts_to(typed.shape(), example.shape()) ? broadcast_to(typed, example.shape()) : typed;
  }

  std::vector<Expr> called() {
    const auto operands = some();
    return call(body(types_of(operands)), operands);
  }

  std::vector<Expr> mapped() {
    const auto operands = some();
    int64_t length = 0;
    std::vector<bool> over;
    const auto types = parts_of(operands, length, over);
    const Program b = body(types);
    std::vector<bool> summed;
    for (const Type& type : b.output_types()) summed.push_back(is_float(type.dtype) && bytes_.below(2) == 1);
    return map(b, operands, over, summed, length);
  }

  /// The first operand is carried along.
  std::vector<Expr> scanned() {
    auto operands = some();
    const Expr carry = any();
    int64_t length = 0;
    std::vector<bool> over;
    auto types = parts_of(operands, length, over);
    types.insert(types.begin(), carry.type());
    const Program b = body(types, true);
    return scan(b, {&carry, 1}, operands, over, length, bytes_.below(2) == 1);
  }

  std::vector<Expr> some() {
    std::vector<Expr> operands;
    for (size_t k = 0, count = 1 + bytes_.below(3); k < count; ++k) operands.push_back(any());
    return operands;
  }
  static std::vector<Type> types_of(const std::vector<Expr>& values) {
    std::vector<Type> types;
    for (const Expr& e : values) types.push_back(e.type());
    return types;
  }

  /// What a step of a loop sees of the operands: those whose leading extent is the loop's length are gone through.
  std::vector<Type> parts_of(const std::vector<Expr>& operands, int64_t& length, std::vector<bool>& over) {
    std::vector<Type> types = types_of(operands);
    length = types[0].is_scalar() ? static_cast<int64_t>(bytes_.below(4)) : types[0].shape[0];
    for (Type& type : types) {
      over.push_back(!type.is_scalar() && type.shape[0] == length && (over.empty() || bytes_.below(4) != 0));
      if (over.back()) type.shape = type.shape.without(0);
    }
    return types;
  }

  /// A body with such inputs; `carries`: its first result is of its first input's type.
  Program body(const std::vector<Type>& types, bool carries = false) {
    Drawing inner(bytes_, nesting_ - 1);
    for (const Type& type : types) inner.input(type);
    inner.draw(1 + bytes_.below(5));
    return carries ? inner.finish({inner.last_of(types[0])}) : inner.finish();
  }

  Bytes& bytes_;
  const int nesting_;
  Recording recording_;
  std::vector<Expr> pool_;
};

/// A scalar of everything that has a derivative.
Program total(const Program& p) {
  Recording recording("total");
  std::vector<Expr> inputs;
  for (const Type& type : p.input_types()) inputs.push_back(recording.input(type));
  Expr result = 0;
  for (const Expr& e : replay(p, inputs))
    if (is_float(e.type().dtype)) result = result + convert(sum(e), DType::f64);
  return recording.finish({&result, 1});
}

Program derivative(const Program& p, size_t which) {
  switch (which) {
    case 1: return vjp(p);
    case 2: return jvp(p);
    case 3: return jacobian(p);
    case 4: return grad(total(p));
    case 5: return hessian(total(p));
    case 6: return batch(p, std::vector<bool>(p.inputs(), true), 3);
    default: return p;
  }
}

}  // namespace

ByteProgram program_of_bytes(std::span<const uint8_t> data) {
  Bytes bytes(data);
  const size_t which = bytes.below(12);
  ByteProgram result;
  {
    Drawing drawing(bytes, 2);
    for (size_t k = 0, count = 1 + bytes.below(3); k < count; ++k) drawing.input(input_type(bytes));
    drawing.draw(20);
    result.program = drawing.finish();
  }
  try {
    result.program = derivative(result.program, which);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::internal) throw;  // others: it has none
  }
  for (const Type& type : result.program.input_types()) result.point.push_back(array(bytes, type));
  return result;
}

std::vector<uint8_t> random_bytes(uint64_t key, size_t count) {
  Random random(key);
  std::vector<uint8_t> bytes(count);
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random.below(256));
  return bytes;
}

}  // namespace wengert
