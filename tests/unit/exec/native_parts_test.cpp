// SPDX-License-Identifier: Apache-2.0
//
// Products and convolutions in parts that threads share: together the parts are the whole, in any order, and how many there
// are depends on the shapes alone.
#include <gtest/gtest.h>

#include "derivative_checks.h"
#include "wengert/ad/derivatives.h"
#include "wengert/exec/compiled.h"
#include "wengert/exec/native.h"
#include "wengert/primitives/convolution.h"
#include "wengert/primitives/linalg.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

/// [count, m, k] times [count, k, n], or where count is 0 [m, k] times [k, n]; stored as the transposes say.
struct Product {
  int64_t count, m, k, n;
  bool transpose_a = false, transpose_b = false;

  Type operand(DType dtype, int64_t rows, int64_t columns, bool transposed) const {
    if (transposed) std::swap(rows, columns);
    return {dtype, count == 0 ? Shape{rows, columns} : Shape{count, rows, columns}};
  }
  Program program(DType dtype) const {
    return trace([this](Expr x, Expr y) { return matmul(x, y, transpose_a, transpose_b); },
                 {operand(dtype, m, k, transpose_a), operand(dtype, k, n, transpose_b)});
  }
};

/// A convolution of 8 pictures and its derivatives by both operands.
Program convolutions(DType dtype) {
  return vjp(trace([](Expr x, Expr w) { return convolve(x, w, {.padding = {1, 1}}); },
                   {Type{dtype, {8, 32, 32, 8}}, Type{dtype, {3, 3, 8, 16}}}));
}

std::vector<Type> operand_types(const Program& p, const Instruction& line) {
  std::vector<Type> types;
  for (ValueId v : line.operands) types.push_back(p.type(v));
  return types;
}

NativeParts parts_of(const Program& p, const Instruction& line) {
  const Type result = p.type(line.value);
  return native_parts(line.primitive, operand_types(p, line), {&result, 1}, line.attributes);
}

void* at(const Array& array, int64_t element) {
  return static_cast<std::byte*>(const_cast<void*>(array.view().data)) + element * static_cast<int64_t>(size_of(array.dtype()));
}

/// The parts, one after the other, the last one first; added up where they are to be.
Array together(const NativeParts& native, const std::vector<Array>& x, const Type& type) {
  const int64_t results = native.added_up ? native.parts : 1;
  const Array parts(Type{type.dtype, {results * type.elements()}});
  for (int64_t part = native.parts; part-- > 0;) {
    std::vector<void*> buffers;
    for (size_t k = 0; k < x.size(); ++k) buffers.push_back(at(x[k], part * native.steps[k]));
    buffers.push_back(at(parts, part * native.steps.back()));
    native.run(buffers);
  }
  std::vector<double> sums(static_cast<size_t>(type.elements()));
  for (int64_t k = 0; k < parts.elements(); ++k) sums[static_cast<size_t>(k % type.elements())] += parts[k];
  return Array(type.shape, sums).as(type.dtype);
}

/// Each line that is done in parts against the same line in one; how many lines that were.
int expect_whole(const Program& p) {
  int lines = 0;
  for (uint32_t i = 0; i < p.size(); ++i) {
    const Instruction line = p[ValueId{i}];
    if (p.is_input(line.value) || p.is_constant(line.value)) continue;
    const NativeParts native = parts_of(p, line);
    if (native.parts == 1) continue;
    Random random(5);
    const auto x = random_values(operand_types(p, line), random);
    const Type type = p.type(line.value);
    const Array whole(type);
    const void* const operands[]{x[0].view().data, x[1].view().data};
    void* const buffers[]{const_cast<void*>(operands[0]), const_cast<void*>(operands[1]), at(whole, 0)};
    native_kernel(line.primitive, operand_types(p, line), {&type, 1}, line.attributes)(buffers);
    EXPECT_TRUE(all_close({together(native, x, type)}, {whole}, type.dtype == DType::f64 ? 1e-12 : 1e-4)) << line.primitive.name;
    ++lines;
  }
  return lines;
}

TEST(NativeParts, of_products_are_products_rows_or_columns_as_the_shapes_say) {
  const auto parts = [](const Product& product) {
    const Program p = product.program(DType::f32);
    return parts_of(p, p[p.outputs()[0]]).parts;
  };
  EXPECT_EQ(parts({0, 64, 64, 64}), 1) << "too little to share";
  EXPECT_EQ(parts({8, 128, 64, 128}), 8) << "products";
  EXPECT_EQ(parts({8, 96, 96, 96}), 4) << "as many as are worth it";
  EXPECT_EQ(parts({0, 512, 128, 256}), 8) << "rows";
  EXPECT_EQ(parts({0, 256, 128, 256}), 4) << "rows, no fewer than 64";
  EXPECT_EQ(parts({0, 128, 256, 512}), 8) << "columns, of which there are more";
  EXPECT_EQ(parts({0, 64, 4096, 64}), 8) << "terms of long sums";
  EXPECT_EQ(parts({0, 33, 512, 512}), 8) << "columns, since 33 rows are no whole tiles";
  EXPECT_EQ(parts({0, 33, 512, 500}), 1) << "neither";
}

TEST(NativeParts, of_products_together_are_the_whole) {
  for (DType dtype : {DType::f64, DType::f32})
    for (const bool a : {false, true})
      for (const bool b : {false, true})
        for (Product product : {Product{4, 128, 64, 128}, {0, 128, 128, 160}, {0, 33, 256, 512}, {0, 64, 1024, 65}}) {
          product.transpose_a = a, product.transpose_b = b;
          EXPECT_EQ(expect_whole(product.program(dtype)), 1) << product.count << " " << product.m << " " << a << b;
        }
}

TEST(NativeParts, of_a_convolution_and_its_derivatives_together_are_the_whole) {
  for (DType dtype : {DType::f64, DType::f32}) EXPECT_EQ(expect_whole(convolutions(dtype)), 3);
}

TEST(NativeParts, of_weights_derivatives_are_added_up) {
  const Program p = convolutions(DType::f32);
  const NativeParts native = parts_of(p, p[p.outputs().back()]);
  EXPECT_TRUE(native.added_up);
  EXPECT_EQ(native.parts, 8);
}

TEST(NativeParts, give_the_same_bits_to_any_number_of_threads) {
  if (!Compiled::is_available()) GTEST_SKIP() << "nothing compiles";
  for (const Program& p : {Product{8, 128, 64, 128}.program(DType::f32), Product{0, 256, 128, 256, true}.program(DType::f32),
                           Product{0, 33, 512, 512, false, true}.program(DType::f64), convolutions(DType::f32)}) {
    Random random(7);
    const auto x = random_values(p.input_types(), random);
    const auto alone = Compiled(p).run(x);
    for (int threads : {2, 3, 8}) EXPECT_EQ(Compiled(p, {.threads = threads}).run(x), alone) << threads;
  }
}

}  // namespace
}  // namespace wengert
