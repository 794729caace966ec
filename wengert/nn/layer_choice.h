// SPDX-License-Identifier: Apache-2.0
//
// Some layers of a net, by text: "1-2", "layer 3", "1, 4-5", "encoder" for one that the net's text names (`as
// encoder`), or names of parameters with * and ?: "layer1.*", "*.bias".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "wengert/nn/net.h"

namespace wengert {

/// Names of parameters, with * for any characters, that the text means: "layer2.*" for layer 2.
///
/// throws : UsageError W836 for a layer or a parameter that the net does not have, or layers without any parameter
std::vector<std::string> parameters_of_layers(const Net& net, std::string_view text);

/// "1 (16 tanh), 2 (2 softmax)": the layers that have parameters, for messages.
std::string layers_with_parameters(const Net& net);

}  // namespace wengert
