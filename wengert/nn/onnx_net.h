// SPDX-License-Identifier: Apache-2.0
//
// A net, layer by layer, as nodes of an ONNX graph.
#pragma once

#include "wengert/nn/net_steps.h"
#include "wengert/nn/onnx_graph.h"

namespace wengert {

/// What the net makes of `x`, before its link.
///
/// values : parameters, then statistics, of the net
/// x      : as the net's input; i64 for tokens
/// throws : UsageError W846 naming a layer that ONNX has no operators for; W822 for a net made by hand
OnnxValue write_net(OnnxGraph& graph, const Net& net, std::span<const Array> values, const OnnxValue& x);

/// The value behind the link.
OnnxValue write_link(OnnxGraph& graph, Link link, const OnnxValue& outputs);

}  // namespace wengert
