// SPDX-License-Identifier: Apache-2.0
#include "wengert/cli/context.h"

#include <cstdio>
#include <sys/resource.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "wengert/base/error.h"
#include "wengert/cli/table.h"

namespace wengert::cli {
namespace {

size_t peak_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<size_t>(usage.ru_maxrss) * 1024;
}

}  // namespace

Context::Context(const Verb& verb, Arguments arguments)
    : verb_(verb), arguments_(std::move(arguments)), json_(arguments_.has("json")),
      palette_(color_wanted(arguments_.text("color"), standard_output)),
      document_(std::make_unique<nlohmann::ordered_json>(nlohmann::ordered_json::object())) {}

Context::~Context() = default;

void Context::print(std::string_view line) {
  if (json_) return;
  write_output(std::string(line) + "\n");
}

int64_t Context::most_elements() const {
  constexpr int64_t on_terminal = 1000;
  return is_terminal(standard_output) ? on_terminal : INT64_MAX;
}

void Context::note(std::string_view message) {
  std::fwrite(message.data(), 1, message.size(), stderr);
  std::fputc('\n', stderr);
}

void Context::end_stage(std::string name, std::chrono::steady_clock::time_point start, std::optional<size_t> lines) {
  const std::chrono::duration<double, std::milli> wall = std::chrono::steady_clock::now() - start;
  stages_.push_back({std::move(name), wall.count(), lines, peak_bytes()});
}

void Context::report_stages() {
  if (json_) {
    auto& list = (*document_)["stats"] = nlohmann::ordered_json::array();
    for (const StageRecord& s : stages_) {
      nlohmann::ordered_json entry{{"stage", s.name}, {"wall_ms", s.wall_ms}};
      if (s.lines) entry["lines"] = *s.lines;
      entry["peak_bytes"] = s.peak_bytes;
      list.push_back(std::move(entry));
    }
    return;
  }
  Table table({{"stage"}, {"wall ms", Align::right}, {"lines", Align::right}, {"peak MiB", Align::right}});
  for (const StageRecord& s : stages_)
    table.add({s.name, fmt::format("{:.3f}", s.wall_ms), s.lines ? std::to_string(*s.lines) : "",
               fmt::format("{:.1f}", static_cast<double>(s.peak_bytes) / (1 << 20))});
  const Palette palette(color_wanted(arguments_.text("color"), standard_error));
  std::fputs(table.str(terminal_width(), palette).c_str(), stderr);
}

void Context::finish() {
  if (arguments_.has("stats")) report_stages();
  if (json_) {
    nlohmann::ordered_json object{{"verb", verb_.name}};
    object.update(*document_);
    write_output(object.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  }
  flush_output();
}

}  // namespace wengert::cli
