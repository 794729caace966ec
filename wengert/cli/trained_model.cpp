// SPDX-License-Identifier: Apache-2.0
#include "wengert/cli/trained_model.h"

#include <array>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>

#include "wengert/base/error.h"

namespace wengert::cli {
namespace {

constexpr const char* remedy = "name the folder of a training, or the weights.safetensors in it";

std::string in(const std::string& folder, const char* name) { return (std::filesystem::path(folder) / name).string(); }

/// A folder without weights: perhaps what a stopped training or a sweep left.
[[noreturn]] void refuse_folder(const std::string& folder) {
  std::string fix = remedy;
  if (std::filesystem::exists(in(folder, "snapshot.safetensors")))
    fix = "a training in it was stopped before its end: give its command again with --resume";
  else if (std::filesystem::exists(in(folder, "sweep.json")))
    fix = fmt::format("it is that of a sweep: name one of its runs, such as {}", in(folder, "001"));
  throw UsageError("W856", fmt::format("the folder {} has no weights.safetensors: it is no trained net", folder), {}, fix);
}

/// Whether a file can begin as safetensors do, with the size of a JSON object and the object: tables and pictures do not.
bool looks_like_tensors(const std::string& path) {
  std::array<char, 9> start{};
  return std::ifstream(path, std::ios::binary).read(start.data(), start.size()) && start.back() == '{';
}

}  // namespace

Option model_option() {
  return {.names = "MODEL",
          .value = "PATH",
          .help = "Folder of a training, or the weights.safetensors in it",
          .completes = Completes::files,
          .required = true};
}

bool names_model(const std::string& path) {
  return path.ends_with(".safetensors") || (std::filesystem::is_directory(path) && std::filesystem::exists(in(path, "weights.safetensors")));
}

std::string weights_at(const std::string& path) {
  if (!std::filesystem::exists(path))
    throw UsageError("W856", fmt::format("there is no trained net {}: no file or folder of that name", path), {}, remedy);
  if (!std::filesystem::is_directory(path)) {
    if (!path.ends_with(".safetensors") && std::filesystem::is_regular_file(path) && !looks_like_tensors(path))
      throw UsageError("W856", fmt::format("{} is no trained net: it is no safetensors file", path), {}, remedy);
    return path;
  }
  if (!names_model(path)) refuse_folder(path);
  return in(path, "weights.safetensors");
}

void note_seen_data(Context& context, const Model& model, const Dataset& data) {
  if (!model.data || !model.data->held_out()) return;
  const int64_t more = model.encoding.source == Encoding::Source::text ? 2 : 0;  // sequences that its parts are too short for
  if (data.count() < model.data->examples || data.count() > model.data->examples + more) return;
  context.note(fmt::format("note: the data of the training had as many examples: if they are these, `wengert evaluate --part {}` measures those held out",
                           model.data->options.test > 0 ? "test" : "validation"));
}

Model read_model_at(const std::string& path) { return read_model(weights_at(path)); }

}  // namespace wengert::cli
