// SPDX-License-Identifier: Apache-2.0
//
// The zip archive around npy files. Everything is read through the central directory at the archive's end, as the
// format asks; numpy marks local headers as zip64 also where they are not, so their sizes are not looked at.
// Source: PKWARE APPNOTE 6.3.10, sections 4.3 and 4.4.
#include <algorithm>
#include <fmt/format.h>
#include <unordered_set>

#include "wengert/base/error.h"
#include "wengert/io/compress.h"
#include "wengert/io/npy.h"

namespace wengert {
namespace {

constexpr uint32_t local_mark = 0x04034b50, central_mark = 0x02014b50, end_mark = 0x06054b50, locator_mark = 0x07064b50;
constexpr size_t local_size = 30, central_size = 46, end_size = 22, locator_size = 20, longest_comment = 0xffff;
constexpr uint16_t stored = 0, deflated = 8, encrypted = 1, utf8_name = 1 << 11, version = 20;
constexpr uint16_t first_day = (1 << 5) | 1;  // 1980-01-01
constexpr auto little = ByteOrder::little;

struct Entry {
  std::string name;
  uint16_t flags = 0, method = 0;
  uint32_t checksum = 0, packed_size = 0, size = 0, offset = 0;
  size_t content = 0;  ///< where its data begin; known from its local header
};

[[noreturn]] void damaged(std::string_view name, size_t offset, const std::string& what) {
  refuse("W563", name, offset, fmt::format("{} is not a whole zip archive: {}", name, what),
         "the file is damaged or was cut short; copy it again, or write it again with numpy.savez");
}

[[noreturn]] void unread(std::string_view name, size_t offset, const std::string& what) {
  refuse("W564", name, offset, fmt::format("{} needs {}, which is not read", name, what),
         "write it again with numpy.savez or numpy.savez_compressed, with less than 4 GiB in a file");
}

/// Where the end record is: the last place from which its comment reaches exactly to the end of the file.
size_t find_end(ByteView bytes, std::string_view name) {
  if (bytes.size() < end_size) damaged(name, 0, fmt::format("{} bytes, expected at least {}", bytes.size(), end_size));
  const size_t last = bytes.size() - end_size, first = last - std::min(last, longest_comment);
  for (size_t at = last + 1; at-- > first;)
    if (load<uint32_t>(bytes.data() + at, little) == end_mark &&
        load<uint16_t>(bytes.data() + at + 20, little) == last - at)
      return at;
  damaged(name, first, "no end record in its last bytes");
}

Entry parse_entry(ByteCursor& directory, size_t base) {
  const size_t at = base + directory.offset();
  const unsigned char* head = directory.take(central_size, "an entry of the directory").data();
  if (load<uint32_t>(head, little) != central_mark)
    damaged(directory.name(), at, "no directory entry where one should be");
  Entry entry;
  entry.flags = load<uint16_t>(head + 8, little);
  entry.method = load<uint16_t>(head + 10, little);
  entry.checksum = load<uint32_t>(head + 16, little);
  entry.packed_size = load<uint32_t>(head + 20, little);
  entry.size = load<uint32_t>(head + 24, little);
  entry.offset = load<uint32_t>(head + 42, little);
  entry.name = text_of(directory.take(load<uint16_t>(head + 28, little), "an entry's name"));
  directory.take(load<uint16_t>(head + 30, little), "an entry's extra field");
  directory.take(load<uint16_t>(head + 32, little), "an entry's comment");
  if (entry.flags & encrypted) unread(directory.name(), at, "the decryption of " + quote(entry.name));
  if (entry.method != stored && entry.method != deflated)
    unread(directory.name(), at, fmt::format("compression method {} for {}", entry.method, quote(entry.name)));
  if (entry.size == UINT32_MAX || entry.packed_size == UINT32_MAX || entry.offset == UINT32_MAX)
    unread(directory.name(), at, fmt::format("zip64 for {}", quote(entry.name)));
  if (entry.method == stored && entry.size != entry.packed_size)
    damaged(directory.name(), at,
            fmt::format("{} has {} bytes, stored in {}", quote(entry.name), entry.size, entry.packed_size));
  if (!entry.name.ends_with(".npy"))
    unread(directory.name(), at, fmt::format("the entry {}, no npy file", quote(entry.name)));
  return entry;
}

struct Directory {
  std::vector<Entry> entries;
  size_t begin = 0;  ///< and the end of what entries may occupy
};

Directory parse_directory(ByteView bytes, std::string_view name) {
  const size_t at = find_end(bytes, name);
  const unsigned char* end = bytes.data() + at;
  const auto disk = load<uint32_t>(end + 4, little);
  const auto here = load<uint16_t>(end + 8, little), count = load<uint16_t>(end + 10, little);
  const auto size = load<uint32_t>(end + 12, little), begin = load<uint32_t>(end + 16, little);
  const bool located = at >= locator_size && load<uint32_t>(end - locator_size, little) == locator_mark;
  if (located || count == UINT16_MAX || size == UINT32_MAX || begin == UINT32_MAX) unread(name, at, "zip64");
  if (disk != 0 || here != count) unread(name, at, "several disks");
  if (uint64_t{begin} + size != at)
    damaged(name, at,
            fmt::format("its directory should fill bytes {} to {}, up to the end record at {}", begin,
                        uint64_t{begin} + size, at));
  Directory result{{}, begin};
  ByteCursor cursor(bytes.subspan(begin, size), name);
  for (int i = 0; i < count; ++i) result.entries.push_back(parse_entry(cursor, begin));
  if (cursor.left() > 0)
    damaged(name, begin + cursor.offset(),
            fmt::format("{} bytes after the {} entries of its directory", cursor.left(), count));
  return result;
}

/// Fills in `content` of each entry. Entries that share bytes are refused: a small file could claim one large
/// stream many times.
void locate_contents(ByteView bytes, std::string_view name, Directory& directory) {
  std::vector<Entry*> by_place;
  for (Entry& entry : directory.entries) by_place.push_back(&entry);
  std::sort(by_place.begin(), by_place.end(), [](const Entry* a, const Entry* b) { return a->offset < b->offset; });
  uint64_t free = 0;
  for (Entry* entry : by_place) {
    if (entry->offset < free)
      damaged(name, entry->offset, fmt::format("{} overlaps the entry before it", quote(entry->name)));
    const unsigned char* head = bytes.data() + entry->offset;
    uint64_t content = uint64_t{entry->offset} + local_size;
    if (content <= directory.begin) {
      if (load<uint32_t>(head, little) != local_mark)
        damaged(name, entry->offset, fmt::format("no local header for {}", quote(entry->name)));
      content += load<uint16_t>(head + 26, little) + load<uint16_t>(head + 28, little);
    }
    free = content + entry->packed_size;
    if (free > directory.begin)
      damaged(name, entry->offset,
              fmt::format("{} should end at byte {}; the directory begins at {}", quote(entry->name), free,
                          directory.begin));
    entry->content = static_cast<size_t>(content);
  }
}

Array parse_content(ByteView bytes, std::string_view name, const Entry& entry) {
  const ByteView packed = bytes.subspan(entry.content, entry.packed_size);
  const std::string label = fmt::format("{} in {}", quote(entry.name), name);
  Bytes inflated;
  if (entry.method == deflated) inflated = inflate_raw(packed, entry.size, label, 0);
  const ByteView content = entry.method == deflated ? ByteView(inflated) : packed;
  if (crc32(content) != entry.checksum)
    refuse(
        "W565", name, entry.content,
        fmt::format("the checksum of {} is {:08x}, expected {:08x}", quote(entry.name), crc32(content), entry.checksum),
        "the file is damaged; copy it again");
  return parse_npy(content, label);
}

/// What a local header and a directory entry have in common.
void append_common(Bytes& bytes, const Entry& entry) {
  append(bytes, entry.flags, little);
  append(bytes, entry.method, little);
  append(bytes, uint16_t{0}, little);  // midnight
  append(bytes, first_day, little);
  append(bytes, entry.checksum, little);
  append(bytes, entry.packed_size, little);
  append(bytes, entry.size, little);
  append(bytes, static_cast<uint16_t>(entry.name.size()), little);
  append(bytes, uint16_t{0}, little);  // no extra field
}

void append_content(Bytes& bytes, Entry& entry, const Array& array, Compression compression) {
  Bytes content = npy_bytes(array);
  entry.checksum = crc32(content);
  const size_t size = content.size();
  if (compression == Compression::deflate) content = deflate_raw(content);
  if (std::max({size, content.size(), bytes.size()}) >= UINT32_MAX || entry.name.size() > UINT16_MAX)
    throw UsageError("W564",
                     fmt::format("{} would need zip64, which is not written: {} bytes", quote(entry.name), size), {},
                     "write several files, or safetensors");
  entry.method = compression == Compression::deflate ? deflated : stored;
  entry.size = static_cast<uint32_t>(size);
  entry.packed_size = static_cast<uint32_t>(content.size());
  entry.offset = static_cast<uint32_t>(bytes.size());
  append(bytes, local_mark, little);
  append(bytes, version, little);
  append_common(bytes, entry);
  append(bytes, bytes_of(entry.name));
  append(bytes, content);
}

void append_directory(Bytes& bytes, const std::vector<Entry>& entries) {
  const size_t begin = bytes.size();
  for (const Entry& entry : entries) {
    append(bytes, central_mark, little);
    append(bytes, version, little);  // made by
    append(bytes, version, little);  // needed
    append_common(bytes, entry);
    append(bytes, ByteView(std::array<unsigned char, 10>{}));  // no comment, disk 0, no attributes
    append(bytes, entry.offset, little);
    append(bytes, bytes_of(entry.name));
  }
  const size_t size = bytes.size() - begin;
  if (bytes.size() >= UINT32_MAX)
    throw UsageError("W564", fmt::format("{} bytes would need zip64, which is not written", bytes.size()), {},
                     "write several files, or safetensors");
  append(bytes, end_mark, little);
  append(bytes, uint32_t{0}, little);  // disk 0
  append(bytes, static_cast<uint16_t>(entries.size()), little);
  append(bytes, static_cast<uint16_t>(entries.size()), little);
  append(bytes, static_cast<uint32_t>(size), little);
  append(bytes, static_cast<uint32_t>(begin), little);
  append(bytes, uint16_t{0}, little);  // no comment
}

}  // namespace

NamedArrays parse_npz(ByteView bytes, std::string_view name, size_t limit) {
  Directory directory = parse_directory(bytes, name);
  uint64_t total = 0;
  std::unordered_set<std::string_view> names;
  for (const Entry& entry : directory.entries) {
    total += entry.size;
    if (!names.insert(entry.name).second)
      refuse("W546", name, directory.begin, fmt::format("{} holds {} twice", name, quote(entry.name)),
             "rename one of them");
  }
  if (total > limit)
    throw ResourceError("W442", fmt::format("{} unpacks to {} bytes; the limit is {}", name, total, limit),
                        std::string(name), "raise the limit if the file can be trusted");
  locate_contents(bytes, name, directory);
  NamedArrays arrays;
  for (const Entry& entry : directory.entries)
    arrays.push_back({entry.name.substr(0, entry.name.size() - 4), parse_content(bytes, name, entry)});
  return arrays;
}

NamedArrays read_npz(const std::string& path, size_t limit) { return parse_npz(read_file(path, limit), path, limit); }

Bytes npz_bytes(const NamedArrays& arrays, Compression compression) {
  expect_distinct_names(arrays, "an npz archive");
  if (arrays.size() >= UINT16_MAX)
    throw UsageError("W564", fmt::format("{} arrays would need zip64, which is not written", arrays.size()), {},
                     "write several files, or safetensors");
  Bytes bytes;
  std::vector<Entry> entries;
  for (const auto& [name, array] : arrays) {
    Entry entry;
    entry.name = name + ".npy";
    const bool ascii =
        std::all_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    entry.flags = ascii ? 0 : utf8_name;
    append_content(bytes, entry, array, compression);
    entries.push_back(std::move(entry));
  }
  append_directory(bytes, entries);
  return bytes;
}

void write_npz(const std::string& path, const NamedArrays& arrays, Compression compression) {
  write_file_atomically(path, npz_bytes(arrays, compression));
}

}  // namespace wengert
