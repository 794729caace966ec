// SPDX-License-Identifier: Apache-2.0
#include "wengert/train/text_data.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <set>
#include <unordered_map>

#include "wengert/base/error.h"
#include "wengert/io/bytes.h"
#include "wengert/io/file.h"
#include "wengert/io/utf8.h"

namespace wengert {
namespace {

/// Every character of a text, one after the other.
template <class Visit> void for_each_character(std::string_view text, Visit visit) {
  for (size_t at = 0; at < text.size();) {
    const size_t length = utf8_length(text.substr(at));
    visit(text.substr(at, length), at);
    at += length;
  }
}

/// UTF-8 sorts as code points do.
std::vector<std::string> alphabet_of(std::string_view text, const std::string& name) {
  std::set<std::string, std::less<>> symbols;
  for_each_character(text, [&](std::string_view c, size_t) {
    if (!symbols.contains(c)) symbols.emplace(c);
  });
  if (static_cast<int64_t>(symbols.size()) > most_symbols || symbols.size() < 2)
    throw UsageError("W827", fmt::format("{} has {} different characters; from 2 to {} can be learned", name, symbols.size(), most_symbols), {},
                     "learn a text of an alphabet");
  return {symbols.begin(), symbols.end()};
}

Dataset sequences(std::span<const int64_t> symbols, const Encoding& encoding, DType dtype) {
  const int64_t steps = encoding.example.elements(), count = (static_cast<int64_t>(symbols.size()) - 1) / steps;
  std::vector<double> x;
  std::vector<int64_t> y;
  for (int64_t k = 0; k < count * steps; ++k) {
    x.push_back(static_cast<double>(symbols[static_cast<size_t>(k)]));
    y.push_back(symbols[static_cast<size_t>(k) + 1]);
  }
  return {.x = Array({count, steps}, x).as(dtype), .y = Array::of<int64_t>({count, steps}, y), .classes = encoding.class_count(), .class_names = encoding.classes};
}

[[noreturn]] void too_short(const std::string& name, std::string_view part, size_t characters, int64_t steps) {
  throw UsageError("W827", fmt::format("the {} of {} has {} characters, too few for a sequence of {} and the one that comes next", part, name, characters, steps), {},
                   "give more text, shorter sequences, or other shares");
}

}  // namespace

std::vector<int64_t> symbols_of(std::string_view text, const std::string& name, const Encoding& encoding) {
  std::unordered_map<std::string_view, int64_t> numbers;
  for (size_t k = 0; k < encoding.classes.size(); ++k) numbers.emplace(encoding.classes[k], static_cast<int64_t>(k));
  std::vector<int64_t> symbols;
  for_each_character(text, [&](std::string_view c, size_t at) {
    const auto found = numbers.find(c);
    if (found == numbers.end())
      throw UsageError("W825", fmt::format("the character \"{}\" did not occur in the training", c),
                       fmt::format("{}:{}", name, 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n')),
                       "leave it out, or train on a text that has it");
    symbols.push_back(found->second);
  });
  return symbols;
}

Dataset encoded_text(std::string_view text, const std::string& name, const Encoding& encoding, DType dtype) {
  expect_text(text, name);
  const auto symbols = symbols_of(text, name, encoding);
  if (static_cast<int64_t>(symbols.size()) <= encoding.example.elements()) too_short(name, "text", symbols.size(), encoding.example.elements());
  return sequences(symbols, encoding, dtype);
}

TrainingData read_text_data(const std::string& path, const DataOptions& options) {
  if (!options.test_paths.empty() || !options.test_rows.empty())
    throw UsageError("W828", "a text is tested on its own end: no other test set is taken", {}, "say the share of the text that is the test, e.g. --test 0.1");
  const Bytes bytes = read_file_inflated(path, options.format.limit);
  const std::string_view text = text_of(bytes);
  expect_text(text, path);
  TrainingData data;
  Encoding& encoding = data.encoding;
  encoding.source = Encoding::Source::text;
  encoding.example = Shape{options.sequence};
  encoding.classes = alphabet_of(text, path);
  encoding.columns = 1;
  encoding.targets = {{.name = "next"}};
  const std::vector<int64_t> symbols = symbols_of(text, path, encoding);
  const auto share = [&](double part) { return static_cast<size_t>(std::llround(part * static_cast<double>(symbols.size()))); };
  const size_t test = share(options.test), validation = share(options.validation), train = symbols.size() - std::min(symbols.size(), test + validation);
  if (train == 0) too_short(path, "training part", 0, options.sequence);
  const auto part = [&](std::string_view what, size_t first, size_t count) {
    if (count == 0) return Dataset{.x = Array(Type{options.dtype, {0, options.sequence}}), .y = Array(i64({0, options.sequence})), .classes = encoding.class_count(), .class_names = encoding.classes};
    if (static_cast<int64_t>(count) <= options.sequence) too_short(path, what, count, options.sequence);
    return sequences(std::span(symbols).subspan(first, count), encoding, options.dtype);
  };
  data.split = {part("training part", 0, train), part("test part", train + validation, test), part("validation part", train, validation)};
  return data;
}

}  // namespace wengert
