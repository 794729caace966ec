// SPDX-License-Identifier: Apache-2.0
#include "wengert/train/snapshot.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <unordered_map>

#include "wengert/io/checked_tensors.h"
#include "wengert/io/compress.h"

namespace wengert {
namespace {

constexpr std::string_view format_name = "wengert snapshot 2", setting_prefix = "setting ";
constexpr int64_t report_fields = 12;

ByteView bytes_of(const Array& array) { return {static_cast<const unsigned char*>(array.view().data), array.type().bytes()}; }

std::string sum_of(std::span<const ByteView> parts) {
  Bytes sums;  // of each part; then one over these, so that parts cannot change places
  for (const ByteView& part : parts) append(sums, crc32(part), ByteOrder::little);
  return fmt::format("{:08x}", crc32(sums));
}

void add(NamedArrays& arrays, const std::string& kind, const std::vector<Array>& values) {
  for (size_t k = 0; k < values.size(); ++k) arrays.push_back({fmt::format("{}/{}", kind, k), values[k]});
}

/// What is not an array, exactly, as f64: integers stay below 2^53.
Array position_of(const TrainingState& s) {
  return Array({static_cast<double>(s.epoch), static_cast<double>(s.step), s.loss_sum, s.score_sum, static_cast<double>(s.best_epoch)});
}

Array table_of(const std::vector<EpochReport>& reports) {
  std::vector<double> rows;
  for (const EpochReport& r : reports) {
    const Measure validation = r.validation.value_or(Measure{}), test = r.test.value_or(Measure{});
    rows.insert(rows.end(), {static_cast<double>(r.epoch), r.rate, r.train.loss, r.train.score, r.validation ? 1.0 : 0.0, validation.loss,
                             validation.score, r.test ? 1.0 : 0.0, test.loss, test.score, r.wall_s, r.samples_per_s});
  }
  return Array(Shape{static_cast<int64_t>(reports.size()), report_fields}, rows);
}

[[noreturn]] void no_snapshot(const std::string& path, const std::string& what) {
  throw UsageError("W860", fmt::format("{} is no snapshot of a training: {}", path, what), {},
                   "give the folder that `wengert train` wrote to, or begin anew without --resume");
}

/// The arrays of a file by name, taken apart with a look at each number that becomes a count.
class Reader {
 public:
  Reader(const std::string& path, const NamedArrays& arrays) : path_(path) {
    for (const NamedArray& a : arrays) arrays_.emplace(a.name, &a.array);
  }

  std::vector<Array> list(const std::string& kind) const {
    std::vector<Array> values;
    for (;;) {
      const auto found = arrays_.find(fmt::format("{}/{}", kind, values.size()));
      if (found == arrays_.end()) return values;
      values.push_back(*found->second);
    }
  }
  void position(TrainingState& s) const {
    const Array& p = numbers("position", 1, 5);
    s.epoch = count(p[0]);
    s.step = count(p[1]);
    s.loss_sum = p[2];
    s.score_sum = p[3];
    s.best_epoch = count(p[4]);
  }
  std::vector<EpochReport> reports() const {
    const Array& table = numbers("reports", 2, report_fields);
    std::vector<EpochReport> reports;
    for (int64_t row = 0; row < table.shape()[0]; ++row) {
      const auto field = [&](int64_t k) { return table[row * report_fields + k]; };
      EpochReport r{.epoch = count(field(0)), .rate = field(1), .train = {field(2), field(3)}, .wall_s = field(10), .samples_per_s = field(11)};
      if (field(4) != 0) r.validation = Measure{field(5), field(6)};
      if (field(7) != 0) r.test = Measure{field(8), field(9)};
      reports.push_back(r);
    }
    return reports;
  }

 private:
  const Array& numbers(const std::string& name, int rank, int64_t columns) const {
    const auto found = arrays_.find(name);
    if (found == arrays_.end()) no_snapshot(path_, fmt::format("it holds no array \"{}\"", name));
    const Type& type = found->second->type();
    if (type.dtype != DType::f64 || type.shape.rank() != rank || type.shape.back() != columns)
      no_snapshot(path_, fmt::format("its array \"{}\" is {}", name, to_string(type)));
    return *found->second;
  }
  int64_t count(double x) const {
    if (!(x >= 0 && x <= 0x1p53 && x == std::floor(x))) no_snapshot(path_, fmt::format("{} is no count", x));
    return static_cast<int64_t>(x);
  }

  const std::string& path_;
  std::unordered_map<std::string, const Array*> arrays_;
};

void check_consistent(const TrainingState& s, const std::string& path) {
  const auto epochs = static_cast<int64_t>(s.reports.size());
  const bool fits = s.epoch == epochs && s.step >= 0 && s.best_epoch >= 0 && s.best_epoch <= epochs && !s.parameters.empty() &&
                    s.best.size() == (s.best_epoch > 0 ? s.parameters.size() : 0) &&
                    std::ranges::all_of(s.reports, [&](const EpochReport& r) { return s.best_epoch == 0 || r.validation.has_value(); });
  if (!fits) no_snapshot(path, "its counts contradict each other");
}

}  // namespace

void write_snapshot(const std::string& path, const Snapshot& snapshot) {
  Tensors tensors;
  add(tensors.arrays, "parameter", snapshot.state.parameters);
  add(tensors.arrays, "optimizer", snapshot.state.optimizer);
  add(tensors.arrays, "best", snapshot.state.best);
  tensors.arrays.push_back({"position", position_of(snapshot.state)});
  tensors.arrays.push_back({"reports", table_of(snapshot.state.reports)});
  tensors.metadata = {{"format", std::string(format_name)}};
  for (const auto& [name, value] : snapshot.settings) tensors.metadata.emplace_back(std::string(setting_prefix) + name, value);
  write_checked(path, std::move(tensors));
}

Snapshot read_snapshot(const std::string& path) {
  const Tensors tensors = read_safetensors(path);
  Snapshot snapshot;
  std::string format;
  for (const auto& [name, value] : tensors.metadata) {
    if (name == "format") format = value;
    if (name.starts_with(setting_prefix)) snapshot.settings.emplace_back(name.substr(setting_prefix.size()), value);
  }
  if (format != format_name) no_snapshot(path, fmt::format("its format is {}, not \"{}\"", quote(format), format_name));
  if (const std::string problem = checksum_problem(tensors); !problem.empty())
    throw UsageError("W861", fmt::format("the snapshot {} is damaged: {}", path, problem), {}, "begin anew without --resume");
  TrainingState& state = snapshot.state;
  const Reader reader(path, tensors.arrays);
  state.parameters = reader.list("parameter");
  state.optimizer = reader.list("optimizer");
  state.best = reader.list("best");
  reader.position(state);
  state.reports = reader.reports();
  check_consistent(state, path);
  return snapshot;
}

std::string fingerprint(const Split& data) {
  std::vector<ByteView> parts;
  for (const Dataset* set : {&data.train, &data.validation, &data.test})
    for (const Array* array : {&set->x, &set->y}) parts.push_back(bytes_of(*array));
  return fmt::format("{}+{}+{} {}", data.train.count(), data.validation.count(), data.test.count(), sum_of(parts));
}

}  // namespace wengert
