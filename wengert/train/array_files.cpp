// SPDX-License-Identifier: Apache-2.0
//
// Which arrays lie behind a path.
#include <algorithm>
#include <filesystem>
#include <fmt/format.h>

#include "wengert/base/error.h"
#include "wengert/io/idx.h"
#include "wengert/io/npy.h"
#include "wengert/train/array_data.h"
#include "wengert/train/picture_files.h"

namespace wengert {
namespace {

using Paths = std::span<const std::string>;

std::string base_name(const std::string& path) {
  const std::string name = std::filesystem::path(path).filename().string();
  return name.ends_with(".gz") ? name.substr(0, name.size() - 3) : name;
}

bool is_idx(const std::string& path) {
  const std::string name = base_name(path);
  return name.ends_with("-ubyte") || name.ends_with(".ubyte") || name.ends_with(".idx");
}
bool is_npy(const std::string& path) { return path.ends_with(".npy"); }

const Array* maybe(const NamedArrays& arrays, std::string_view name) {
  const auto found = std::find_if(arrays.begin(), arrays.end(), [&](const NamedArray& a) { return a.name == name; });
  return found == arrays.end() ? nullptr : &found->array;
}

std::optional<Array> optional_array(const NamedArrays& arrays, std::string_view name) {
  const Array* array = maybe(arrays, name);
  return array ? std::optional(*array) : std::nullopt;
}

ExampleFiles read_archive(const std::string& path, size_t limit) {
  const NamedArrays arrays = read_npz(path, limit);
  const bool long_names = maybe(arrays, "x_train") != nullptr;
  ExampleFiles files;
  files.all = {path, find(arrays, long_names ? "x_train" : "x"), optional_array(arrays, long_names ? "y_train" : "y")};
  if (const Array* x = maybe(arrays, "x_test"))
    files.test = Examples{"the test set of " + path, *x, optional_array(arrays, "y_test")};
  return files;
}

Examples read_images(Paths paths, DType dtype, size_t limit, double& scale) {
  const Idx images = read_idx(paths[0], limit);
  scale = images.type == IdxType::u8 ? 1.0 / 255 : 1;
  Examples examples{paths[0], images.array(dtype, scale)};
  if (paths.size() == 2) {
    examples.name = paths[0] + " with " + paths[1];
    examples.y = read_idx(paths[1], limit).array(DType::i64);
  }
  return examples;
}

std::string in_folder(const std::string& folder, const std::string& file) {
  const std::string path = (std::filesystem::path(folder) / file).string();
  for (const char* suffix : {"", ".gz"})
    if (std::filesystem::exists(path + suffix)) return path + suffix;
  throw UsageError("W820", fmt::format("there is no {} (or {}.gz) in {}", file, file, folder), {},
                   "give the folder with the four files train-images-idx3-ubyte, train-labels-idx1-ubyte, "
                   "t10k-images-idx3-ubyte and "
                   "t10k-labels-idx1-ubyte, or make some with `wengert data`");
}

ExampleFiles read_folder(const std::string& folder, DType dtype, size_t limit) {
  ExampleFiles files{Encoding::Source::images};
  const auto part = [&](const std::string& name) {
    const std::string pair[] = {in_folder(folder, name + "-images-idx3-ubyte"),
                                in_folder(folder, name + "-labels-idx1-ubyte")};
    return read_images(pair, dtype, limit, files.scale);
  };
  files.all = part("train");
  const double scale = files.scale;
  files.test = part("t10k");
  if (files.scale != scale)
    throw UsageError("W821", fmt::format("training and test images of {} are not both bytes", folder), {},
                     "write both alike");
  return files;
}

}  // namespace

std::optional<ExampleFiles> read_examples(Paths paths, DType dtype, size_t limit, const PictureOptions& pictures) {
  if (are_pictures(paths)) return read_pictures(paths, dtype, limit, pictures);
  if (pictures.changes() && !paths.empty())
    throw UsageError("W838", fmt::format("pictures are to be made alike, and {} is no PNG file and no folder of them", paths[0]), {},
                     "leave --grey and --image-size out, or give pictures");
  if (paths.empty() || paths.size() > 2) return std::nullopt;
  if (paths.size() == 1 && std::filesystem::is_directory(paths[0])) return read_folder(paths[0], dtype, limit);
  if (paths.size() == 1 && paths[0].ends_with(".npz")) return read_archive(paths[0], limit);
  if (std::all_of(paths.begin(), paths.end(), is_npy)) {
    ExampleFiles files;
    files.all = {paths[0], read_npy(paths[0], limit)};
    if (paths.size() == 2) files.all = {paths[0] + " with " + paths[1], files.all.x, read_npy(paths[1], limit)};
    return files;
  }
  if (!std::all_of(paths.begin(), paths.end(), is_idx)) return std::nullopt;
  ExampleFiles files{Encoding::Source::images};
  files.all = read_images(paths, dtype, limit, files.scale);
  return files;
}

}  // namespace wengert
