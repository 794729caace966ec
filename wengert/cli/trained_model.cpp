// SPDX-License-Identifier: Apache-2.0
#include "wengert/cli/trained_model.h"

#include <filesystem>

namespace wengert::cli {

namespace {

std::string weights_in(const std::string& folder) { return (std::filesystem::path(folder) / "weights.safetensors").string(); }

}  // namespace

bool names_model(const std::string& path) {
  return path.ends_with(".safetensors") || (std::filesystem::is_directory(path) && std::filesystem::exists(weights_in(path)));
}

Model read_model_at(const std::string& path) { return read_model(std::filesystem::is_directory(path) ? weights_in(path) : path); }

}  // namespace wengert::cli
