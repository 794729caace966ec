// SPDX-License-Identifier: Apache-2.0
#include "wengert/io/checked_tensors.h"

#include <algorithm>
#include <fmt/format.h>

#include "wengert/base/error.h"
#include "wengert/io/compress.h"

namespace wengert {
namespace {

constexpr std::string_view checksum_key = "crc32";

uint32_t crc32_of(std::string_view text) {
  return crc32(ByteView(reinterpret_cast<const unsigned char*>(text.data()), text.size()));
}

/// Sums over the parts of a file, each under its name.
class Sums {
 public:
  void add(std::string_view kind, std::string_view name, uint32_t sum) {
    parts_.push_back({fmt::format("{} {}", kind, name), sum});
  }
  std::string total() {
    std::ranges::sort(parts_);
    Bytes sums;  // a part is as long as any other here, so that none can take over a neighbour's bytes
    for (const auto& [name, sum] : parts_) {
      append(sums, crc32_of(name), ByteOrder::little);
      append(sums, sum, ByteOrder::little);
    }
    return fmt::format("{:08x}", crc32(sums));
  }

 private:
  std::vector<std::pair<std::string, uint32_t>> parts_;
};

}  // namespace

std::string checksum(const Tensors& tensors) {
  Sums sums;
  for (const auto& [key, text] : tensors.metadata)
    if (key != checksum_key) sums.add("metadata", key, crc32_of(text));
  for (const auto& [name, array] : tensors.arrays) {
    sums.add("type", name, crc32_of(to_string(array.type())));
    sums.add("bytes", name, crc32({static_cast<const unsigned char*>(array.view().data), array.type().bytes()}));
  }
  return sums.total();
}

std::string checksum_problem(const Tensors& tensors) {
  const auto found = std::ranges::find(tensors.metadata, checksum_key, &std::pair<std::string, std::string>::first);
  if (found == tensors.metadata.end()) return fmt::format("it has no \"{}\" in its metadata", checksum_key);
  if (found->second == unchecked_content) return {};
  const std::string sum = checksum(tensors);
  return found->second == sum ? std::string()
                              : fmt::format("its checksum is {}, its content has {}", quote(found->second), sum);
}

void write_checked(const std::string& path, Tensors tensors) {
  tensors.metadata.emplace_back(checksum_key, checksum(tensors));
  write_safetensors(path, tensors);
}

}  // namespace wengert
