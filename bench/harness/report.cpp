// SPDX-License-Identifier: Apache-2.0
#include "harness/report.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string_view>

#include "harness/limits.h"

namespace wengert::bench {
namespace {

[[noreturn]] void refuse(const std::string& what) {
  std::fprintf(stderr, "%s; see --help\n", what.c_str());
  std::exit(2);
}

[[noreturn]] void help(const Question& question) {
  std::printf("%s\n\n  bench_%s [SIZE...] [--repetitions R] [--json FILE]\n\nSIZE: %s\nusual:", question.text.c_str(),
              question.name.c_str(), question.sizes.c_str());
  for (const std::string& size : question.usual_sizes) std::printf(" %s", size.c_str());
  std::printf("\n");
  std::exit(0);
}

int64_t positive(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value <= 0)
    refuse("expected a positive number, found \"" + std::string(text) + "\"");
  return value;
}

/// The processor's name as Linux gives it.
std::string processor() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  return "unknown";
}

}  // namespace

Options parse_options(int argc, char** argv, const Question& question) {
  Options options;
  for (int k = 1; k < argc; ++k) {
    const std::string_view argument = argv[k];
    if (argument == "-h" || argument == "--help") help(question);
    const bool takes_value = argument == "--repetitions" || argument == "--json";
    if (takes_value && k + 1 == argc) refuse(std::string(argument) + " needs a value");
    if (argument == "--repetitions")
      options.repetitions = static_cast<int>(std::min<int64_t>(positive(argv[++k]), 100'000));
    else if (argument == "--json")
      options.json = argv[++k];
    else if (argument.starts_with("-"))
      refuse("unknown option " + std::string(argument));
    else
      options.sizes.emplace_back(argument);
  }
  if (options.sizes.empty()) options.sizes = question.usual_sizes;
  return options;
}

std::vector<int64_t> parse_size(const std::string& size, size_t count) {
  std::vector<int64_t> numbers;
  for (size_t start = 0; start <= size.size();) {
    const size_t end = std::min(size.find('x', start), size.size());
    numbers.push_back(positive(std::string_view(size).substr(start, end - start)));
    start = end + 1;
  }
  if (numbers.size() != count)
    refuse("a size of " + std::to_string(count) + " numbers is needed, found \"" + size + "\"");
  return numbers;
}

double deviation(std::span<const double> a, std::span<const double> b) {
  double largest = 0, scale = 1;
  for (size_t k = 0; k < b.size(); ++k) {
    if (!(std::abs(a[k] - b[k]) < INFINITY)) return INFINITY;
    largest = std::max(largest, std::abs(a[k] - b[k]));
    scale = std::max(scale, std::abs(b[k]));
  }
  return largest / scale;
}

void require_close(const std::string& what, std::span<const double> a, std::span<const double> b, double tolerance) {
  const double found = a.size() == b.size() ? deviation(a, b) : INFINITY;
  if (found <= tolerance) return;
  std::fprintf(stderr, "%s: differs by %g, allowed %g (%zu and %zu numbers); nothing is timed\n", what.c_str(), found,
               tolerance, a.size(), b.size());
  std::exit(1);
}

Report::Report(const Question& question, const Options& options) : options_(options), limits_(measure_limits()) {
  document_ = {{"question", question.text},
               {"processor", processor()},
               {"compiler", __VERSION__},
               {"limits", {{"fma_per_s", limits_.fma_per_s}, {"bytes_per_s", limits_.bytes_per_s}}},
               {"notes", nlohmann::json::object()},
               {"tables", nlohmann::json::array()}};
  std::printf("%s\n%s, gcc %s; one thread: %.1f GFMA/s (double), triad %.1f GB/s\n", question.text.c_str(),
              processor().c_str(), __VERSION__, 1e-9 * limits_.fma_per_s, 1e-9 * limits_.bytes_per_s);
}

void Report::time(const std::string& title, const std::vector<Candidate>& candidates, double units,
                  const std::string& unit, const Work& least, double (*clock)()) {
  const auto timings = measure(candidates, options_.repetitions, 0.01, clock);
  const double scale = 1e9 / units;
  const double limit_s =
      std::max(least.multiply_adds / (limits_.fma_per_s * (least.single ? 2 : 1)), least.bytes / limits_.bytes_per_s);
  std::printf("\n%s: ns per %s, median (quartiles), ratio%s\n", title.c_str(), unit.c_str(),
              limit_s > 0 ? ", share of the limit" : "");
  nlohmann::json rows = nlohmann::json::array();
  for (size_t k = 0; k < timings.size(); ++k) {
    const Timing& t = timings[k];
    const double ratio = t.median_s / timings[0].median_s;
    std::printf("  %-58s %11.2f  (%.2f - %.2f)  %8.3gx", t.name.c_str(), scale * t.median_s, scale * t.lower_s,
                scale * t.upper_s, ratio);
    rows.push_back({{"name", t.name},
                    {"ns", scale * t.median_s},
                    {"lower_ns", scale * t.lower_s},
                    {"upper_ns", scale * t.upper_s},
                    {"ratio", ratio},
                    {"repetitions", t.repetitions},
                    {"runs", t.runs}});
    if (limit_s > 0 && !candidates[k].part) {
      std::printf("  %3.0f%%", 100 * limit_s / t.median_s);
      rows.back()["share"] = limit_s / t.median_s;
    }
    std::printf("\n");
  }
  std::fflush(stdout);
  document_["tables"].push_back({{"title", title}, {"unit", unit}, {"units", units}, {"rows", rows}});
  if (limit_s > 0) document_["tables"].back()["limit_ns"] = scale * limit_s;
}

void Report::note(const std::string& name, const nlohmann::json& value) {
  std::printf("  %s: %s\n", name.c_str(), value.dump().c_str());
  document_["notes"][name] = value;
}

void Report::write() const {
  if (options_.json.empty()) return;
  std::ofstream file(options_.json);
  file << document_.dump(2) << "\n";
  if (file.flush()) return;
  std::fprintf(stderr, "%s cannot be written\n", options_.json.c_str());
  std::exit(1);
}

int run_bench(int argc, char** argv, const Question& question,
              const std::function<void(Report&, const std::string& size)>& compare) {
  const Options options = parse_options(argc, argv, question);
  Report report(question, options);
  for (const std::string& size : options.sizes) compare(report, size);
  report.write();
  return 0;
}

}  // namespace wengert::bench
