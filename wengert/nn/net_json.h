// SPDX-License-Identifier: Apache-2.0
//
// The description of a net as JSON, with what its text cannot say (initializers, loss, regularization):
//
//     {"inputs": 784,
//      "layers": [{"width": 128, "activation": "relu", "initializer": "he_normal", "bias_initializer": "zeros"},
//                 {"layer": "dropout 0.2"},
//                 {"width": 10, "activation": "softmax"}],
//      "loss": "cross_entropy", "regularize": "l2 1e-4"}
//
// `inputs` is a number or a text ("28x28x1"); `layer` is the text of a layer (net_text.h), of which `width` and
// `activation` are the parts of a dense one. Only inputs, layers and layer or width must be there. A key that is not among these is an error: it would be a wish ignored.
#pragma once

#include <string>
#include <string_view>

#include "wengert/nn/net.h"

namespace wengert {

/// name   : of the file or text, for messages
/// throws : UsageError W816 naming the key that is wrong; W814, W815, W811, W819 for texts that parse_activation,
///          parse_initializer, parse_loss or parse_regularizer refuse; what parse_json throws
NetDescription parse_net_json(std::string_view text, std::string_view name);

/// A single line, without what is as usual; the net that make_net makes of what parse_net_json reads is the same.
std::string to_json(const NetDescription& description);

/// The net of a JSON file. throws : ResourceError W440 if it cannot be read; what parse_net_json and make_net throw
Net read_net(const std::string& path);
/// throws : ResourceError W441; the old file stays whole
void write_net(const std::string& path, const NetDescription& description);

}  // namespace wengert
