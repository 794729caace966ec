// SPDX-License-Identifier: Apache-2.0
#include "wengert/train/digit_files.h"

#include <filesystem>
#include <fmt/format.h>

#include "wengert/base/error.h"
#include "wengert/io/idx.h"
#include "wengert/train/digits.h"

namespace wengert {
namespace {

void write_set(const std::string& folder, const std::string& part, const DigitSet& set) {
  const auto path = std::filesystem::path(folder) / part;
  write_idx(path.string() + "-images-idx3-ubyte", {set.count(), digit_side, digit_side}, set.pixels);
  write_idx(path.string() + "-labels-idx1-ubyte", {set.count()}, set.labels);
}

}  // namespace

void write_digit_files(const std::string& folder, const DigitFilesOptions& options) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    throw ResourceError("W441", fmt::format("the folder {} cannot be made: {}", folder, error.message()), {}, "choose another folder");
  write_set(folder, "train", generate_digits(options.train, options.key, DigitOptions::training(), options.threads));
  // Another key: under the same one, image k would be the same handwriting in both sets.
  write_set(folder, "t10k", generate_digits(options.test, ~options.key, DigitOptions::held_out(), options.threads));
}

}  // namespace wengert
