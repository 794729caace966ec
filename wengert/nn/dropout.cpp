// SPDX-License-Identifier: Apache-2.0
#include "wengert/nn/dropout.h"

#include "wengert/base/choice.h"
#include "wengert/nn/layer_cases.h"
#include "wengert/nn/operands.h"
#include "wengert/primitives/arithmetic.h"
#include "wengert/primitives/index.h"
#include "wengert/primitives/sample.h"
#include "wengert/primitives/select.h"

namespace wengert {

Expr dropout(Expr x, double rate, Expr key) {
  check({"rate", below_one}, rate);
  require_operand(is_float(x.type().dtype), "dropout", "x", x, "an array of floats");
  if (rate == 0) return x;
  const Expr kept = greater_equal(uniform(key, x.shape(), x.type().dtype), rate);
  return select(kept, x * (1 / (1 - rate)), 0);
}

Expr embedding(Expr table, Expr tokens) {
  require_operand(is_float(table.type().dtype) && table.rank() == 2, "embedding", "table", table,
                  "float[count,features]");
  require_operand(tokens.type().dtype == DType::i64, "embedding", "tokens", tokens, "numbers of rows, i64[...]");
  return gather(table, tokens);
}

std::vector<LayerCase> dropout_cases() {
  using Operands = std::span<const Expr>;
  return {{"dropout",
           {input("x", {3, 5}), {"key", {2}, false, random_key(7)}},
           [](Operands o) { return Values{dropout(o[0], 0.25, o[1])}; }},
          {"embedding", {weight("table", {5, 3}), labels("tokens", {2, 3}, {0, 4, 2, 4, 1, 0})}, [](Operands o) {
             return Values{embedding(o[0], o[1])};
           }}};
}

}  // namespace wengert
