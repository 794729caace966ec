// SPDX-License-Identifier: Apache-2.0
//
// How a net is written down: the input, then layers, joined by `-`.
//
//     784 - 128 relu - 10 softmax
//     28x28x1 - conv 6 5 pad=2 relu - max_pool 2 - flatten - 10 softmax
//     16 - 16 relu as a - 16 relu - 16 - add a - relu - 2 softmax
//
// input : extents of an example joined by `x`, or `N tokens`: numbers of symbols, N a sequence
// layer : a kind of layer with its numbers (layer.h), or a width alone, which is a dense one; then names of earlier values
//         for kinds that take them; then an activation (activation.h), which may also stand alone; then `as NAME`, by
//         which later layers find the value
//
// A minus behind an e, as in "elu 1e-3", belongs to the number.
#pragma once

#include <string>

#include "wengert/nn/net.h"

namespace wengert {

struct InputText {
  Shape shape;
  bool tokens = false;
};
/// net : the whole text, for messages. throws : UsageError W810
InputText parse_input(const std::string& text, const std::string& net);
std::string to_string(const InputText& input);

/// A layer taken apart.
struct LayerText {
  const LayerKind* kind = nullptr;
  std::vector<double> numbers;       ///< one a setting of the kind
  std::vector<std::string> sources;  ///< names of earlier values
  Activation activation;
  std::string name;                  ///< `as NAME`; empty: none

  /// Canonical.
  std::string text() const;
};
/// known : names of values that stand before. throws : UsageError W810; W811, W814, W815 of its parts
LayerText parse_layer(const std::string& text, const std::vector<std::string>& known);

/// Input and layers of a text; they are not read further. throws : UsageError W810 where there is no layer
NetDescription split_net(const std::string& text);

/// throws : UsageError W810
[[noreturn]] void bad_net(const std::string& text, const std::string& problem);

}  // namespace wengert
