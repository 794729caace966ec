// SPDX-License-Identifier: Apache-2.0
#include "wengert/train/picture_files.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>

#include "wengert/base/error.h"
#include "wengert/io/png.h"

namespace wengert {
namespace {

namespace fs = std::filesystem;
using Paths = std::span<const std::string>;

[[noreturn]] void refuse_pictures(std::string what, std::string fix) {
  throw UsageError("W845", std::move(what), {}, std::move(fix));
}

bool is_png(const std::string& path) {
  std::string ending = fs::path(path).extension().string();
  std::ranges::transform(ending, ending.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return ending == ".png";
}

/// What lies in a folder, in the order of the names' bytes.
struct Entries {
  std::vector<std::string> folders, files;

  explicit Entries(const std::string& folder) {
    std::error_code error;
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
      if (at->path().filename().string().starts_with(".")) continue;
      (at->is_directory() ? folders : files).push_back(at->path().string());
    }
    if (error)
      throw ResourceError("W440", fmt::format("the folder {} cannot be read: {}", folder, error.message()), {},
                          "check its permissions");
    std::ranges::sort(folders);
    std::ranges::sort(files);
  }
};

std::string name_of(const std::string& path) { return fs::path(path).filename().string(); }

/// Files and, where they have labels, the label of each.
struct Listed {
  std::vector<std::string> files, classes = {};
  std::vector<int64_t> labels = {};
};

std::vector<std::string> pictures_of(const std::string& folder) {
  const Entries entries(folder);
  if (!entries.folders.empty())
    refuse_pictures(fmt::format("{} is a folder where pictures are to lie", entries.folders[0]),
                    "put pictures of one label into one folder, without folders in it");
  for (const std::string& file : entries.files)
    if (!is_png(file))
      refuse_pictures(fmt::format("{} is no picture (.png)", file), "convert it, or take it out of the folder");
  if (entries.files.empty())
    refuse_pictures(fmt::format("the folder {} has no pictures (.png)", folder), "fill it, or take it away");
  return entries.files;
}

Listed by_labels(const std::string& folder) {
  const Entries entries(folder);
  if (!entries.files.empty())
    refuse_pictures(fmt::format("{} lies beside folders of labels, without a label of its own", entries.files[0]),
                    "put it into the folder of its label, or take it away");
  Listed listed;
  for (const std::string& label : entries.folders) {
    const auto files = pictures_of(label);
    listed.labels.insert(listed.labels.end(), files.size(), static_cast<int64_t>(listed.classes.size()));
    listed.files.insert(listed.files.end(), files.begin(), files.end());
    listed.classes.push_back(name_of(label));
  }
  return listed;
}

std::string described_shape(const Shape& s) {
  static constexpr std::string_view colours[] = {"grey", "grey with alpha", "RGB", "RGB with alpha"};
  return fmt::format("{}x{} {}", s[0], s[1], colours[s[2] - 1]);
}

Array picture_of(const std::string& path, DType dtype, size_t limit, const PictureOptions& options) {
  const Png png = read_png(path, limit);
  Array picture(Type{dtype, png.shape});
  const auto fill = [&](auto values) {
    for (size_t k = 0; k < values.size(); ++k)
      values[k] =
          static_cast<std::remove_reference_t<decltype(values[0])>>(static_cast<double>(png.samples[k]) * png.scale());
  };
  if (dtype == DType::f64)
    fill(picture.mutable_values<double>());
  else
    fill(picture.mutable_values<float>());
  return changed_picture(std::move(picture), options);
}

/// All pictures as one array.
Array stacked(Paths files, DType dtype, size_t limit, const PictureOptions& options) {
  Array all;
  Shape shape;
  for (size_t k = 0; k < files.size(); ++k) {
    const Array picture = picture_of(files[k], dtype, limit, options);
    if (k == 0) {
      shape = picture.shape();
      all = Array(Type{dtype, shape[2] == 1 ? Shape{static_cast<int64_t>(files.size()), shape[0], shape[1]}
                                            : Shape{static_cast<int64_t>(files.size()), shape[0], shape[1], shape[2]}});
    }
    if (picture.shape() != shape)
      refuse_pictures(
          fmt::format("{} is {}, {} is {}: pictures have one size and one kind of colour", files[0],
                      described_shape(shape), files[k], described_shape(picture.shape())),
          fmt::format("make them alike with {}", picture.shape()[2] != shape[2]
                                                     ? "--grey"
                                                     : fmt::format("--image-size {}x{}", shape[0], shape[1])));
    const size_t bytes = picture.type().bytes();
    std::memcpy(static_cast<std::byte*>(all.mutable_view().data) + k * bytes, picture.view().data, bytes);
  }
  return all;
}

Examples examples_of(const std::string& name, const Listed& listed, DType dtype, size_t limit,
                     const PictureOptions& options) {
  Examples examples{name, stacked(listed.files, dtype, limit, options)};
  if (!listed.classes.empty())
    examples.y = Array::of<int64_t>({static_cast<int64_t>(listed.labels.size())}, listed.labels);
  examples.classes = listed.classes;
  examples.files = listed.files;
  return examples;
}

bool is_split(const Entries& entries) {
  return entries.files.empty() && entries.folders.size() == 2 && name_of(entries.folders[0]) == "test" &&
         name_of(entries.folders[1]) == "train";
}

Listed listed_at(Paths paths) {
  if (!fs::is_directory(paths[0])) return {{paths.begin(), paths.end()}};
  const Entries entries(paths[0]);
  return entries.folders.empty() ? Listed{pictures_of(paths[0])} : by_labels(paths[0]);
}

}  // namespace

bool are_pictures(Paths paths) {
  if (paths.empty()) return false;
  if (!std::ranges::all_of(paths, [](const std::string& path) { return fs::is_directory(path); }))
    return std::ranges::all_of(paths, is_png);
  if (paths.size() != 1) return false;
  const Entries entries(paths[0]);
  if (std::ranges::any_of(entries.files,
                          [](const std::string& file) { return file.find("-ubyte") != std::string::npos; }))
    return false;  // IDX
  return !entries.folders.empty() || std::ranges::any_of(entries.files, is_png);
}

ExampleFiles read_pictures(Paths paths, DType dtype, size_t limit, const PictureOptions& options) {
  ExampleFiles files{Encoding::Source::images, 1.0 / 255};  // what bytes are multiplied by, like those of IDX files
  files.pictures = options;
  if (fs::is_directory(paths[0]) && is_split(Entries(paths[0]))) {
    const Entries entries(paths[0]);
    files.test = examples_of(entries.folders[0], by_labels(entries.folders[0]), dtype, limit, options);
    files.all = examples_of(entries.folders[1], by_labels(entries.folders[1]), dtype, limit, options);
    number_labels(*files.test, files.all.classes);
    return files;
  }
  files.all = examples_of(paths[0], listed_at(paths), dtype, limit, options);
  return files;
}

void number_labels(Examples& examples, std::span<const std::string> classes) {
  if (examples.classes.empty() || std::ranges::equal(examples.classes, classes)) return;
  std::vector<int64_t> numbers;
  for (const std::string& label : examples.classes) {
    const auto found = std::ranges::find(classes, label);
    if (found == classes.end())
      refuse_pictures(fmt::format("{} has pictures of \"{}\"; what was trained on has the classes {}", examples.name,
                                  label, fmt::join(classes, ", ")),
                      "name the folders like the classes that were trained on");
    numbers.push_back(found - classes.begin());
  }
  for (int64_t& label : examples.y->mutable_values<int64_t>()) label = numbers[static_cast<size_t>(label)];
  examples.classes.assign(classes.begin(), classes.end());
}

}  // namespace wengert
