// SPDX-License-Identifier: Apache-2.0
//
// Runs a fuzz target on kept inputs, without libFuzzer: every file named on the command line, every file below a folder
// named there, and the empty input. Inputs run in the order of their names; each is announced before it runs, so that
// the last line printed before a crash names the culprit.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> inputs_at(const fs::path& path) {
  if (!fs::is_directory(path)) return {path};
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(path))
    if (entry.is_regular_file()) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void run(const std::string& input) {
  // An exact heap copy, so that a sanitizer sees the first byte read behind the end.
  const std::vector<uint8_t> bytes(input.begin(), input.end());
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

}  // namespace

int main(int argc, char** argv) {
  run({});
  size_t count = 0;
  for (int i = 1; i < argc; ++i) {
    if (!fs::exists(argv[i])) continue;
    for (const fs::path& file : inputs_at(argv[i])) {
      std::printf("%s\n", file.c_str());
      std::fflush(stdout);
      run(contents(file));
      ++count;
    }
  }
  std::printf("%zu inputs and the empty one\n", count);
}
