// SPDX-License-Identifier: Apache-2.0
//
// W833, W834, and W811 of layers and of optimizers made of optimizers.
#include <cmath>
#include <set>

#include "documented.h"
#include "wengert/nn/attention.h"
#include "wengert/nn/dropout.h"
#include "wengert/nn/layer_cases.h"
#include "wengert/nn/loss.h"
#include "wengert/nn/normalization.h"
#include "wengert/nn/recurrent.h"
#include "wengert/optim/first_order.h"
#include "wengert/optim/transforms.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

TEST(LayerErrors, W833_operands_that_do_not_fit_a_layer) {
  documented("W833", [] {
    trace([](Expr x, Expr scale, Expr bias) { return layer_norm(x, scale, bias); },
          {f32({8, 32}), f32({32}), f32({8})});
  });
}

/// The record's layer, one of whose operands is of another type.
std::string error_with(const LayerCase& record, size_t changed, const Type& type) {
  Recording recording(record.name);
  std::vector<Expr> operands;
  const auto example = record.example(DType::f64);
  for (size_t k = 0; k < example.size(); ++k)
    operands.push_back(recording.input(k == changed ? type : example[k].type()));
  return error_of([&] { record.apply(operands); }).id();
}

/// Whatever they are, they fit.
const std::set<std::string> free_last_extents{"dropout x",
                                              "embedding table",
                                              "embedding tokens",
                                              "max_pool x",
                                              "overlapping_max_pool x",
                                              "average_pool x",
                                              "global_average_pool x",
                                              "global_max_pool x",
                                              "attention value",
                                              "attention_causal value",
                                              "attention_masked value",
                                              "softmax_cross_entropy outputs",
                                              "sequence_cross_entropy logits",
                                              "sequence_cross_entropy_masked logits"};

TEST(LayerErrors, every_operand_of_every_layer_with_another_shape_or_dtype_is_found) {
  for (const LayerCase& record : layer_cases())
    for (size_t k = 0; k < record.operands.size(); ++k) {
      const Type type = record.example(DType::f64)[k].type();
      std::vector<int64_t> extents(type.shape.begin(), type.shape.end());
      extents.back() += 1;
      const std::string what = record.name + " " + record.operands[k].name;
      if (!free_last_extents.contains(what)) {
        EXPECT_NE(error_with(record, k, {type.dtype, Shape(extents)}), "none") << what;
      }
      const DType other = type.dtype == DType::f64 ? DType::i64 : DType::f32;
      if (type.dtype == DType::boolean) continue;  // a mask may be of numbers
      EXPECT_NE(error_with(record, k, {other, type.shape}), "none") << what;
    }
}

/// "attention takes as key ...; found ..." up to the semicolon.
template <class F> std::string expected_by(F layer, const std::vector<Type>& types) {
  const std::string problem = error_of([&] { trace(layer, types); }).problem();
  return problem.substr(0, problem.find(';'));
}

TEST(LayerErrors, W833_says_what_is_asked_for) {
  const auto groups = [](Expr x, Expr s, Expr b) { return group_norm(x, s, b, 3); };
  EXPECT_EQ(expected_by(groups, {f64({2, 4}), f64({4}), f64({4})}),
            "group_norm takes as x channels in 3 groups of equal size");
  const auto batch = [](Expr x, Expr s) { return batch_norm_training(x, s, s, {s, s}).values; };
  EXPECT_EQ(expected_by(batch, {f64({1, 4}), f64({4})}),
            "batch_norm_training takes as x two values a channel, or more");
  const auto causal = [](Expr q, Expr k) { return attention(q, k, k, {.causal = true}); };
  EXPECT_EQ(expected_by(causal, {f64({2, 3, 4}), f64({2, 5, 4})}),
            "causal attention takes as key as many positions as the query f64[2,3,4]");
  const auto heads = [](Expr x, Expr w, Expr b, Expr o, Expr c) { return self_attention(x, {w, b, o, c}, 3); };
  EXPECT_EQ(expected_by(heads, {f64({1, 2, 4}), f64({4, 12}), f64({12}), f64({4, 4}), f64({4})}),
            "self_attention takes as x a last extent that 3 heads share");
  const auto torch_layout = [](Expr x, Expr w, Expr u, Expr b) { return lstm(x, {w, u, b}).states; };
  EXPECT_EQ(expected_by(torch_layout, {f64({5, 2, 3}), f64({16, 3}), f64({16, 4}), f64({16})}),
            "lstm takes as hidden weight f64[16,64]");
  const auto masked = [](Expr z, Expr t, Expr m) { return sequence_cross_entropy(z, t, m); };
  EXPECT_EQ(expected_by(masked, {f64({2, 3, 4}), i64({2, 3}), f64({3, 2})}),
            "sequence_cross_entropy takes as mask bool[2,3]");
}

TEST(LayerErrors, W811_numbers_out_of_range) {
  const Type x = f64({2, 2}), v = f64({2});
  const auto id = [&](auto layer) { return error_of([&] { trace(layer, {x, v}); }).id(); };
  EXPECT_EQ(id([](Expr a, Expr s) { return layer_norm(a, s, s, 0); }), "W811");
  EXPECT_EQ(id([](Expr a, Expr s) { return batch_norm(a, s, s, {s, s}, -1); }), "W811");
  EXPECT_EQ(id([](Expr a, Expr s) { return batch_norm_training(a, s, s, {s, s}, 1.5).values; }), "W811");
  EXPECT_EQ(id([](Expr a, Expr s) { return dropout(a, 1, s); }), "W811");
  EXPECT_EQ(id([](Expr a, Expr) { return triplet_loss(a, a, a, 0); }), "W811");
  EXPECT_EQ(id([](Expr a, Expr s) { return contrastive_loss(a, a, s, std::nan("")); }), "W811");
}

TEST(TransformErrors, W834_a_group_without_parameters) {
  documented("W834", [] {
    const Optimizer frozen = grouped(sgd(), {{"layer1.wieght", 0}});
    trace(
        [&](Expr w, Expr g, Expr v) {
          return update_all(frozen, {{g, w, {{v}}, 0.1, 1, true, "layer1.weight"}}).parameters;
        },
        {f64({2}), f64({2}), f64({2})});
  });
}

TEST(TransformErrors, W811_numbers_out_of_range) {
  for (const double bad : {0.0, -1.0, std::nan("")}) {
    EXPECT_EQ(error_of([&] { clip_norm(sgd(), bad); }).id(), "W811");
    EXPECT_EQ(error_of([&] { clip_value(sgd(), bad); }).id(), "W811");
    EXPECT_EQ(error_of([&] { averaged(sgd(), Averaging::polyak(bad)); }).id(), "W811");
  }
  EXPECT_EQ(error_of([] { grouped(sgd(), {{"*", -1}}); }).id(), "W811");
  EXPECT_EQ(error_of([] { grouped(sgd(), {{"*", 1, -0.1}}); }).id(), "W811");
  EXPECT_EQ(error_of([] { averaged(sgd(), Averaging::exponential(1)); }).id(), "W811");
}

}  // namespace
}  // namespace wengert
