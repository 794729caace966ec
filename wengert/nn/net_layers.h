// SPDX-License-Identifier: Apache-2.0
//
// The layers of a net one by one: what looks at them singly, such as a measurement of each, or a table of their shapes.
#pragma once

#include "wengert/nn/net.h"

namespace wengert {

/// A layer at its place.
struct PlacedLayer {
  std::string text;  ///< "conv 6 5 pad=2 relu"
  Layer layer;       ///< its shape is that behind the activation
  Activation activation;
  std::vector<size_t> sources;  ///< values that it takes, 0: the input, k: what layer k - 1 gives, counted from 0
  std::vector<Shape> inputs;    ///< of an example, one a source
  size_t parameter = 0, statistic = 0;  ///< where its own begin among those of the net
};

/// In their order. The last one is without the net's link. throws : what make_net throws
std::vector<PlacedLayer> placed_layers(NetDescription description);

}  // namespace wengert
