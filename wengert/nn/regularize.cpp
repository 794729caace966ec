// SPDX-License-Identifier: Apache-2.0
#include "wengert/nn/regularize.h"

#include "wengert/base/choice.h"
#include "wengert/primitives/arithmetic.h"
#include "wengert/primitives/reduce.h"
#include "wengert/primitives/select.h"

namespace wengert {
namespace {

using Numbers = std::span<const double>;

const std::vector<Maker<Regularizer>>& makers() {
  static const std::vector<Maker<Regularizer>> all{
      {{"none"}, [](Numbers) { return Regularizer{}; }},
      {{"l2", {{"lambda", non_negative}, {"l1", non_negative, 0.0}}},
       [](Numbers n) {
         return Regularizer{{}, n[1], n[0]};
       }},
      {{"l1", {{"lambda", non_negative}, {"l2", non_negative, 0.0}}}, [](Numbers n) {
         return Regularizer{{}, n[0], n[1]};
       }}};
  return all;
}

}  // namespace

Regularizer parse_regularizer(std::string_view text) {
  auto [regularizer, canonical] = make_chosen(text, "regularizer", makers());
  regularizer.text = canonical;
  return regularizer;
}

Expr penalty(const Regularizer& regularizer, std::span<const ParameterSpec> specs, std::span<const Expr> parameters) {
  Expr total = 0;
  for (size_t k = 0; k < specs.size(); ++k) {
    if (specs[k].kind != ParameterKind::weight) continue;
    const Expr& w = parameters[k];
    if (regularizer.l1 > 0) total += regularizer.l1 * sum(abs(w));
    if (regularizer.l2 > 0) total += 0.5 * regularizer.l2 * sum(w * w);
  }
  return total;
}

}  // namespace wengert
