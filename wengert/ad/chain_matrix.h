// SPDX-License-Identifier: Apache-2.0
//
// The Jacobian of some segments of a LinearChain, under accumulation: a matrix of blocks, one for each vertex of the
// last state (rows) and of the first (columns), in the current recording.
#pragma once

#include "wengert/ad/chain_product.h"
#include "wengert/ad/linear_chain.h"
#include "wengert/ir/expr.h"

namespace wengert {

/// What passes through is the identity and takes no operations.
struct ChainBlock {
  enum class Kind : uint8_t { none, identity, dense };
  Kind kind = Kind::none;
  Expr value = 0.0;  ///< of a dense block: [elements of the row's vertex, elements of the column's]
};
using ChainMatrix = std::vector<std::vector<ChainBlock>>;

/// The Jacobian of the segments that `product` says, formed as it says.
ChainMatrix chain_matrix(const LinearChain& chain, const ChainProduct& product);

}  // namespace wengert
