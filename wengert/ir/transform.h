// SPDX-License-Identifier: Apache-2.0
//
// The interface by which a control record (call, scan, map) has its body transformed. Records stand below the
// transformations, so they are handed this and never include them.
#pragma once

#include <vector>

#include "wengert/ir/program.h"

namespace wengert {

struct BodyTransforms {
  virtual ~BodyTransforms() = default;

  /// (x..., x_dot of the active inputs...) -> (y_dot of the outputs that vary...).
  /// varies: set to which outputs depend on an active input.
  virtual Program jvp(const Program& body, const std::vector<bool>& active, std::vector<bool>& varies) const = 0;

  /// For a body linear in the inputs marked: (the other inputs..., y_bar of outputs marked in `cotangents`...) ->
  /// (x_bar of the linear inputs...), zeros where an input has no influence.
  virtual Program transpose(const Program& body, const std::vector<bool>& linear,
                            const std::vector<bool>& cotangents) const = 0;

  /// Every batched input and every output gets a leading axis of `size`.
  virtual Program batch(const Program& body, const std::vector<bool>& batched, int64_t size) const = 0;
};

}  // namespace wengert
