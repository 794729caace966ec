// SPDX-License-Identifier: Apache-2.0
//
// A trained net as an ONNX model that says what `wengert predict` says: its first nodes are the encoding of the data, its
// last ones the link and the way back to the data's units.
#pragma once

#include "wengert/io/onnx.h"
#include "wengert/train/model_file.h"

namespace wengert {

/// input  : "x", [batch, ...] as the net's input: images [batch, channels, height, width] with pixels as the data have them,
///          tables a row of features before standardization (categories as 0 and 1), tokens i64[batch, time]
/// output : "probabilities" of classes, "scores" of classes by a loss of values, or "values" in the units of the data;
///          [batch, outputs], of nets on sequences [batch, time, outputs]. A net with one output tells two classes apart: both
///          have their probability, as for `wengert predict`
/// weights, inputs and outputs are f32; metadata: net, loss, and as JSON lists classes, features, targets
/// throws : UsageError W846 for a layer without a form in ONNX; W822 for a net made by hand
OnnxModel onnx_model(const Model& model);

}  // namespace wengert
