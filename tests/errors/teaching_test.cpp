// SPDX-License-Identifier: Apache-2.0
//
// W84x: what the textbooks' algorithms of wengert/teach do not take.
#include "documented.h"
#include "wengert/teach/build_grad.h"
#include "wengert/teach/nielsen.h"
#include "wengert/teach/paths.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

using namespace teach;

Program sine_of_two() {
  return trace([](Expr x) { return sin(x); }, {f64({2})});
}

TEST(TeachingErrors, W840_arrays_in_a_graph_of_scalars) {
  const Error error = documented("W840", [] { forward_evaluation(sine_of_two(), std::vector<double>{1}); });
  EXPECT_THAT(error.where(), HasSubstr("in program \"f\""));
}

TEST(TeachingErrors, W840_a_line_that_does_not_exist) {
  documented("W840", [] { consumers(sine_of_two(), ValueId{7}); });
}

TEST(TeachingErrors, W840_more_than_one_number_to_differentiate) {
  const Program p = sine_of_two();
  documented("W840", [&] { backprop(std::vector{ValueId{0}}, p, p.outputs()[0]); });
}

TEST(TeachingErrors, W840_a_line_of_integers) {
  const Program p = trace([](Expr i) { return i; }, {i64()});
  documented("W840", [&] { backprop(std::vector{ValueId{0}}, p, ValueId{0}); });
}

TEST(TeachingErrors, W840_a_vertex_that_does_not_exist) {
  documented("W840", [] { count_paths({2, {}}, ValueId{0}, ValueId{2}); });
}

TEST(TeachingErrors, W840_an_edge_out_of_order) {
  documented("W840", [] { count_paths({2, {{ValueId{1}, ValueId{0}, 1}}}, ValueId{0}, ValueId{1}); });
}

TEST(TeachingErrors, W841_too_many_paths) {
  PartialGraph ladder{41, {}};
  for (uint32_t k = 0; k < 80; ++k) ladder.edges.push_back({ValueId{k / 2}, ValueId{k / 2 + 1}, 1});
  documented("W841", [&] { sum_over_paths(ladder, ValueId{0}, ValueId{40}); });
  EXPECT_EQ(sum_over_paths(ladder, ValueId{0}, ValueId{10}).derivative, 1024);
}

TEST(TeachingErrors, W841_a_recursion_too_deep) {
  const Program chain = trace(
      [](Expr x) {
        for (int k = 0; k < 3000; ++k) x = sin(x);
        return x;
      },
      {f64()});
  documented("W841", [&] { backprop(std::vector{ValueId{0}}, chain, chain.outputs()[0]); });
}

TEST(TeachingErrors, W203_vectors_of_unequal_length) {
  documented("W203", [] { hadamard({1, 2}, {1, 2, 3}); });
}

TEST(TeachingErrors, W203_the_forward_pass_of_another_net) {
  documented("W203", [] { back_propagation({{Matrix(1, 2, {3, 4}), {5}}}, {}, {6}, squared_error()); });
}

TEST(TeachingErrors, W201_layers_of_unequal_width) {
  const Error error = error_of([] { product(Matrix(2, 3), {1, 2}); });
  EXPECT_EQ(error.problem(), "matmul needs equal inner extents; left is f64[2,3], right is f64[2] (3 vs 2)");
  EXPECT_EQ(error.fix(), "transpose one of them, or check the layer sizes");
}

TEST(TeachingErrors, W204_a_matrix_of_too_few_numbers) {
  EXPECT_EQ(error_of([] { Matrix(2, 2, {1, 2, 3}); }).problem(), "shape [2,2] has 4 elements, 3 were given");
}

}  // namespace
}  // namespace wengert
