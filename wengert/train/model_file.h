// SPDX-License-Identifier: Apache-2.0
//
// A trained net on disk: its parameters as safetensors, its description in the metadata ("net").
#pragma once

#include <string>

#include "wengert/nn/net.h"

namespace wengert {

struct Model {
  Net net;
  std::vector<Array> parameters;
};

/// throws : ResourceError W441 if it cannot be written; the old file stays whole
void write_model(const std::string& path, const Net& net, std::span<const Array> parameters);

/// throws : UsageError W822 if the file holds no net of ours, or parameters that do not fit it; what read_safetensors throws
Model read_model(const std::string& path);

}  // namespace wengert
