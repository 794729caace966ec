// SPDX-License-Identifier: Apache-2.0
#include "wengert/io/compress.h"

#include <algorithm>
#include <fmt/format.h>
#include <memory>
#include <zlib.h>

#include "wengert/base/error.h"

namespace wengert {
namespace {

constexpr int gzip_window = 15 + 16, raw_window = -15;  // zlib's way to say which wrapping
constexpr size_t most_per_call = size_t{1} << 30;       // zlib counts in 32 bits
// Two bits of a deflate stream yield at most 258 bytes, so 1032 for one byte; the slack covers very short streams.
constexpr uint64_t most_inflation = 1032, inflation_slack = 1032;

ResourceError no_memory() { return {"W401", "no memory for the tables of zlib (256 KiB)"}; }

class Inflater {
 public:
  explicit Inflater(int window) {
    if (inflateInit2(&stream_, window) != Z_OK) throw no_memory();
  }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  /// Moves the fronts of both; returns zlib's status.
  int step(ByteView& input, std::span<unsigned char>& output) {
    const size_t in = std::min(input.size(), most_per_call), out = std::min(output.size(), most_per_call);
    unsigned char empty = 0;  // zlib refuses null pointers even for no bytes
    stream_.next_in = in > 0 ? const_cast<unsigned char*>(input.data()) : &empty;
    stream_.next_out = out > 0 ? output.data() : &empty;
    stream_.avail_in = static_cast<uInt>(in);
    stream_.avail_out = static_cast<uInt>(out);
    const int status = inflate(&stream_, Z_NO_FLUSH);
    input = input.subspan(in - stream_.avail_in);
    output = output.subspan(out - stream_.avail_out);
    return status;
  }
  void begin_again() { inflateReset(&stream_); }
  std::string reason() const { return stream_.msg ? stream_.msg : "no reason given"; }

 private:
  z_stream stream_{};
};

[[noreturn]] void damaged(std::string_view name, size_t offset, const std::string& reason) {
  refuse("W540", name, offset, fmt::format("the compressed data of {} cannot be inflated: {}", name, reason),
         "the file is damaged or was cut short; copy or download it again");
}

[[noreturn]] void over_limit(std::string_view name, size_t limit) {
  throw ResourceError("W442", fmt::format("{} inflates to more than {} bytes, the limit", name, limit),
                      std::string(name), "raise the limit if the file can be trusted, or inflate it first");
}

bool is_fatal(int status) { return status != Z_OK && status != Z_BUF_ERROR && status != Z_STREAM_END; }

/// The size a gzip file gives in its last four bytes, kept below what its length allows; one more to notice the end.
size_t first_guess(ByteView bytes, size_t limit) {
  if (bytes.size() < 4) return 1;
  const uint64_t claimed = load<uint32_t>(bytes.data() + bytes.size() - 4, ByteOrder::little);
  return static_cast<size_t>(std::min({claimed, bytes.size() * most_inflation, uint64_t{limit}})) + 1;
}

Bytes deflated(ByteView bytes, int window) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw no_memory();
  const std::unique_ptr<z_stream, int (*)(z_stream*)> ending(&stream, deflateEnd);
  Bytes result(deflateBound(&stream, bytes.size()));
  size_t used = 0;
  for (int status = Z_OK; status != Z_STREAM_END;) {
    const size_t in = std::min(bytes.size(), most_per_call);
    if (result.size() - used < 64) result.resize(result.size() + result.size() / 8 + 4096);
    const size_t out = std::min(result.size() - used, most_per_call);
    stream.next_in = const_cast<unsigned char*>(bytes.data());
    stream.avail_in = static_cast<uInt>(in);
    stream.next_out = result.data() + used;
    stream.avail_out = static_cast<uInt>(out);
    status = deflate(&stream, in == bytes.size() ? Z_FINISH : Z_NO_FLUSH);
    bytes = bytes.subspan(in - stream.avail_in);
    used += out - stream.avail_out;
  }
  result.resize(used);
  return result;
}

}  // namespace

uint32_t crc32(ByteView bytes) { return static_cast<uint32_t>(::crc32_z(0, bytes.data(), bytes.size())); }

bool is_gzip(ByteView bytes) { return bytes.size() >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b; }

Bytes inflate_gzip(ByteView bytes, std::string_view name, size_t limit) {
  limit = std::min(limit, SIZE_MAX / 4);
  Inflater inflater(gzip_window);
  Bytes result(first_guess(bytes, limit));
  size_t used = 0;
  for (ByteView left = bytes;;) {
    std::span<unsigned char> room = std::span(result).subspan(used);
    const int status = inflater.step(left, room);
    used = result.size() - room.size();
    const size_t offset = bytes.size() - left.size();
    if (is_fatal(status)) damaged(name, offset, inflater.reason());
    if (used > limit) over_limit(name, limit);
    if (status == Z_STREAM_END) {
      if (left.empty()) break;
      if (!is_gzip(left)) damaged(name, offset, fmt::format("{} bytes follow its end", left.size()));
      inflater.begin_again();
    } else if (room.empty()) {
      result.resize(std::min(2 * result.size() + 1024, limit + 1));
    } else if (left.empty()) {
      damaged(name, offset, "the file ends before the stream does");
    }
  }
  result.resize(used);
  return result;
}

Bytes deflate_gzip(ByteView bytes) { return deflated(bytes, gzip_window); }

Bytes inflate_raw(ByteView bytes, uint64_t size, std::string_view name, size_t offset) {
  if (size > bytes.size() * most_inflation + inflation_slack)
    damaged(name, offset, fmt::format("{} bytes cannot hold the {} claimed", bytes.size(), size));
  Inflater inflater(raw_window);
  Bytes result(static_cast<size_t>(size));
  std::span<unsigned char> room = result;
  ByteView left = bytes;
  int status = Z_OK;
  while (status == Z_OK) status = inflater.step(left, room);
  const size_t used = bytes.size() - left.size();
  if (is_fatal(status)) damaged(name, offset + used, inflater.reason());
  if (status != Z_STREAM_END || !left.empty() || !room.empty())
    damaged(name, offset + used,
            fmt::format("{} bytes should become {}; {} bytes became {}", bytes.size(), size, used,
                        result.size() - room.size()));
  return result;
}

Bytes deflate_raw(ByteView bytes) { return deflated(bytes, raw_window); }

}  // namespace wengert
