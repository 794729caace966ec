// SPDX-License-Identifier: Apache-2.0
#include "wengert/train/data_record.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "wengert/base/error.h"
#include "wengert/io/json.h"
#include "wengert/train/snapshot.h"

namespace wengert {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char *format = "wengert data 1", *missing_names[] = {"error", "drop", "fill"}, *task_names[] = {"auto", "classes", "values"},
                     *header_names[] = {"auto", "yes", "no"};

template <size_t N> size_t place_of(const char* const (&names)[N], const std::string& name) {
  for (size_t k = 0; k < N; ++k)
    if (names[k] == name) return k;
  throw std::invalid_argument(fmt::format("\"{}\" is none of its words", name));
}

double share_of(const Json& json, const char* key) {
  const double share = json.at(key).get<double>();
  if (!(share >= 0 && share < 1)) throw std::invalid_argument(fmt::format("\"{}\" is {}, and no share", key, share));
  return share;
}

TableFormat format_from(const Json& json) {
  const std::string separator = json.at("separator").get<std::string>();
  return {.separator = separator.empty() ? '\0' : separator[0],
          .header = static_cast<Header>(place_of(header_names, json.at("header").get<std::string>()))};
}

DataRecord record_in(const Json& json) {
  if (json.at("format").get<std::string>() != format) throw std::invalid_argument("its format is another one");
  const auto names = [&](const char* key) { return json.at(key).get<std::vector<std::string>>(); };
  DataRecord record;
  DataOptions& o = record.options;
  o.format = format_from(json);
  o.targets = names("targets"), o.ignored = names("ignored"), o.categorical = names("categorical"), o.test_paths = names("test_paths");
  o.missing = static_cast<Missing>(place_of(missing_names, json.at("missing").get<std::string>()));
  o.task = static_cast<Task>(place_of(task_names, json.at("learn").get<std::string>()));
  if (!json.at("standardize").is_null()) o.standardize = json.at("standardize").get<bool>();
  o.sequence = json.at("sequence").get<int64_t>();
  if (o.sequence < 0 || o.sequence > 1 << 16) throw std::invalid_argument("\"sequence\" is no length");
  o.test = share_of(json, "test"), o.validation = share_of(json, "validation");
  o.key = json.at("seed").get<uint64_t>();
  o.test_rows = json.at("test_rows").get<std::vector<int64_t>>();
  record.examples = json.at("examples").get<int64_t>();
  record.fingerprint = json.at("fingerprint").get<std::string>();
  return record;
}

}  // namespace

DataRecord record_of(const DataOptions& options, const Split& data) {
  return {options, data.train.count() + data.validation.count() + data.test.count(), fingerprint(data)};
}

std::string to_json(const DataRecord& record) {
  const DataOptions& o = record.options;
  return Json{{"format", format},
              {"header", header_names[static_cast<size_t>(o.format.header)]},
              {"separator", o.format.separator == '\0' ? std::string() : std::string(1, o.format.separator)},
              {"targets", o.targets},
              {"ignored", o.ignored},
              {"categorical", o.categorical},
              {"missing", missing_names[static_cast<size_t>(o.missing)]},
              {"learn", task_names[static_cast<size_t>(o.task)]},
              {"standardize", o.standardize ? Json(*o.standardize) : Json()},
              {"sequence", o.sequence},
              {"test", o.test},
              {"validation", o.validation},
              {"seed", o.key},
              {"test_paths", o.test_paths},
              {"test_rows", o.test_rows},
              {"examples", record.examples},
              {"fingerprint", record.fingerprint}}
      .dump();
}

DataRecord record_from_json(std::string_view text, std::string_view name) {
  const Json json = parse_json(text, name);
  try {
    return record_in(json);
  } catch (const std::exception& problem) {  // of the JSON library, too: all that is wrong here is the file's
    throw UsageError("W829", fmt::format("{} does not say how its data were parted: {}", name, problem.what()), {},
                     "train again; the file was damaged or written by another program");
  }
}

Split read_parts(std::span<const std::string> paths, const DataRecord& record, const Encoding& encoding, DType dtype) {
  DataOptions options = record.options;
  options.pictures = encoding.pictures;
  options.dtype = dtype;
  TrainingData data = read_data(paths, options);
  if (data.encoding == encoding && fingerprint(data.split) == record.fingerprint) return std::move(data.split);
  throw UsageError("W870", fmt::format("{} is not what the net was trained on: which of its examples were held out is not known", fmt::join(paths, " ")), {},
                   "give the data of the training, unchanged; data that the net has not seen are measured without --part");
}

}  // namespace wengert
