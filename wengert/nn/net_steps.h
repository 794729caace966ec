// SPDX-License-Identifier: Apache-2.0
//
// A described net layer by layer, for those who write it in another form. Its function (net.h) is made of the same steps.
#pragma once

#include "wengert/nn/net_text.h"

namespace wengert {

/// A layer at its place: which values it takes (0: the input, k: what step k - 1 gives), and its part of the parameters
/// and statistics.
struct NetStep {
  Layer layer;
  Activation activation;
  std::vector<size_t> sources;
  std::vector<Shape> inputs;  ///< of an example, one a source
  size_t parameter = 0, statistic = 0;  ///< places of its first ones
  const LayerKind* kind = nullptr;
  std::vector<double> numbers = {};  ///< one a setting of the kind
  std::string text = {};             ///< canonical: "conv 6 5 relu"
};

struct NetSteps {
  InputText input;
  std::vector<NetStep> steps;
};

/// The last activation is the identity where it is the net's link. throws : UsageError W822 for a net made by hand
NetSteps net_steps(const Net& net);

}  // namespace wengert
