// SPDX-License-Identifier: Apache-2.0
#include "wengert/train/dataset.h"

#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <numeric>

#include "wengert/base/error.h"
#include "wengert/base/random.h"
#include "wengert/io/idx.h"

namespace wengert {
namespace {

Array selected(const Array& all, std::span<const int64_t> numbers) {
  Type type = all.type();
  const size_t bytes = Type{type.dtype, type.shape.without(0)}.bytes();
  type.shape = type.shape.without(0).with(0, static_cast<int64_t>(numbers.size()));
  Array result(type);
  auto* to = static_cast<char*>(result.mutable_view().data);
  for (int64_t k : numbers) {
    std::memcpy(to, static_cast<const char*>(all.view().data) + static_cast<size_t>(k) * bytes, bytes);
    to += bytes;
  }
  return result;
}

void check_labels(const Array& labels, int64_t classes, const std::string& path) {
  const auto values = labels.values<int64_t>();
  for (size_t k = 0; k < values.size(); ++k)
    if (values[k] < 0 || values[k] >= classes)
      throw UsageError("W821", fmt::format("label {} in {} is {}; there are {} classes (0 to {})", k, path, values[k], classes, classes - 1), {},
                       "check that the labels belong to these images");
}

std::string existing(const std::string& folder, const std::string& file) {
  const auto path = std::filesystem::path(folder) / file;
  for (const char* suffix : {"", ".gz"})
    if (std::filesystem::exists(path.string() + suffix)) return path.string() + suffix;
  throw UsageError("W820", fmt::format("there is no {} (or {}.gz) in {}", file, file, folder), {},
                   "give the folder with the four files train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and "
                   "t10k-labels-idx1-ubyte, or make some with `wengert data`");
}

}  // namespace

Dataset Dataset::rows(std::span<const int64_t> numbers) const {
  return {selected(x, numbers), has_targets() ? selected(y, numbers) : y, classes, class_names, feature_names, target_names};
}

Dataset read_labelled_images(const std::string& images_path, const std::string& labels_path, int64_t classes) {
  Array images = read_idx(images_path).array(DType::f32, 1.0 / 255);
  Array labels = read_idx(labels_path).array(DType::i64);
  if (images.shape().rank() < 2 || labels.shape().rank() != 1 || images.shape()[0] != labels.shape()[0] || images.elements() == 0)
    throw UsageError("W821", fmt::format("{} holds {} and {} holds {}: images [n, rows, columns] and labels [n] with one n are needed", images_path,
                                         to_string(images.shape()), labels_path, to_string(labels.shape())),
                     {}, "check that the two files belong together");
  check_labels(labels, classes, labels_path);
  const int64_t n = images.shape()[0];
  Dataset data{images.reshaped({n, images.elements() / n}), labels, classes};
  for (int64_t c = 0; c < classes; ++c) data.class_names.push_back(std::to_string(c));
  return data;
}

Split read_mnist_folder(const std::string& folder) {
  const auto read = [&](const std::string& part) {
    const std::string images = existing(folder, part + "-images-idx3-ubyte");
    return read_labelled_images(images, existing(folder, part + "-labels-idx1-ubyte"));
  };
  Split split{read("train"), read("t10k")};
  if (split.train.features() != split.test.features())
    throw UsageError("W821", fmt::format("training images in {} have {} pixels, test images {}", folder, split.train.features(), split.test.features()));
  return split;
}

std::vector<int64_t> shuffled(int64_t n, uint64_t key, uint64_t epoch) {
  std::vector<int64_t> order(static_cast<size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  Random random = Random(key).split(epoch);
  for (size_t k = order.size(); k > 1; --k) std::swap(order[k - 1], order[random.below(k)]);  // Fisher and Yates
  return order;
}

}  // namespace wengert
