// SPDX-License-Identifier: Apache-2.0
#include "wengert/io/safetensors.h"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include "wengert/base/error.h"
#include "wengert/io/half.h"
#include "wengert/io/json.h"

namespace wengert {
namespace {

using Json = nlohmann::ordered_json;
constexpr size_t size_field = 8, alignment = 8;
constexpr std::string_view metadata_key = "__metadata__";
constexpr std::array<std::string_view, 6> codes{"F64", "F32", "I64", "BOOL", "F16", "BF16"};  // the first in the order of DType

struct Entry {
  std::string name;
  Type type;
  uint64_t begin = 0, end = 0;  ///< counted from the end of the header
  std::string_view code = {};   ///< how it is stored
};

bool is_half(std::string_view code) { return code.ends_with("F16"); }

/// BF16 is the upper half of a float.
Array widened(const Entry& entry, ByteView content) {
  Array array(entry.type);
  const unsigned char* at = content.data();
  for (float& x : array.mutable_values<float>()) {
    const auto bits = load<uint16_t>(at, ByteOrder::little);
    x = entry.code == "F16" ? from_half(bits) : std::bit_cast<float>(static_cast<uint32_t>(bits) << 16);
    at += sizeof(uint16_t);
  }
  return array;
}

/// The header of one file, with what its messages need.
class Header {
 public:
  Header(std::string_view text, std::string_view name) : name_(name) {
    const std::string label = "the header of " + std::string(name);
    JsonLimits limits;
    limits.bytes = longest_safetensors_header;
    limits.depth = 3;
    const Json root = parse_json(text, label, limits);
    if (!root.is_object()) fail("W571", "the header is no object", "{\"name\": {...}, ...}");
    if (text.find_last_not_of(' ') != text.rfind('}')) fail("W571", "the header is filled up with other bytes than blanks", "blanks");
    for (const auto& [key, value] : root.items()) {
      if (key == metadata_key)
        read_metadata(value);
      else
        entries_.push_back(entry(key, value));
    }
  }

  std::vector<Entry>& entries() { return entries_; }
  std::vector<std::pair<std::string, std::string>>& metadata() { return metadata_; }

 private:
  [[noreturn]] void fail(std::string_view id, const std::string& found, std::string_view expected) const {
    refuse(id, name_, size_field, fmt::format("{}: {}; expected {}", name_, found, expected),
           "write the file again with these types and places, or convert it");
  }

  void read_metadata(const Json& value) {
    if (!value.is_object()) fail("W571", "__metadata__ is no object", "texts by name");
    for (const auto& [key, text] : value.items()) {
      if (!text.is_string()) fail("W571", "the metadata " + quote(key) + " is no text", "a text");
      metadata_.emplace_back(key, text.get<std::string>());
    }
  }

  const Json& member(const std::string& tensor, const Json& value, const char* key) const {
    const auto found = value.find(key);
    if (found == value.end())
      fail("W571", fmt::format("tensor {} has no {}", quote(tensor), key), "dtype, shape and data_offsets");
    return *found;
  }

  std::vector<uint64_t> numbers(const std::string& tensor, const Json& value, const char* key) const {
    const Json& list = member(tensor, value, key);
    const auto good = [](const Json& number) { return number.is_number_unsigned(); };
    if (!list.is_array() || !std::all_of(list.begin(), list.end(), good))
      fail("W571", fmt::format("{} of tensor {} is {}", key, quote(tensor), quote(list.dump())),
           "a list of whole numbers");
    return list.get<std::vector<uint64_t>>();
  }

  std::string_view stored_as(const std::string& tensor, const Json& value) const {
    const Json& code = member(tensor, value, "dtype");
    if (!code.is_string()) fail("W571", fmt::format("the dtype of tensor {} is no text", quote(tensor)), "a text");
    const auto found = std::find(codes.begin(), codes.end(), code.get_ref<const std::string&>());
    if (found == codes.end())
      fail("W572", fmt::format("tensor {} has dtype {}", quote(tensor), quote(code.get_ref<const std::string&>())),
           fmt::format("{}", fmt::join(codes, ", ")));
    return *found;
  }

  Entry entry(const std::string& tensor, const Json& value) const {
    if (!value.is_object())
      fail("W571", fmt::format("tensor {} is no object", quote(tensor)), "dtype, shape and data_offsets");
    const auto extents = numbers(tensor, value, "shape"), offsets = numbers(tensor, value, "data_offsets");
    const std::string place = fmt::format("tensor {} of {}", quote(tensor), name_);
    const std::string_view code = stored_as(tensor, value);
    const auto number = static_cast<size_t>(std::ranges::find(codes, code) - codes.begin());
    const Type type{is_half(code) ? DType::f32 : static_cast<DType>(number), shape_in_file(extents, place, size_field)};
    const size_t bytes = type.bytes() / (is_half(code) ? 2 : 1);
    if (offsets.size() != 2)
      fail("W571", fmt::format("tensor {} has {} data_offsets", quote(tensor), offsets.size()), "2");
    if (offsets[1] < offsets[0] || offsets[1] - offsets[0] != bytes)
      fail("W573", fmt::format("tensor {} fills bytes {} to {}", quote(tensor), offsets[0], offsets[1]),
           fmt::format("{} bytes for {}{}", bytes, is_half(code) ? std::string(code) : to_string(type), is_half(code) ? to_string(type.shape) : ""));
    return {tensor, type, offsets[0], offsets[1], code};
  }

  std::string_view name_;
  std::vector<Entry> entries_;
  std::vector<std::pair<std::string, std::string>> metadata_;
};

/// Checks that the places follow each other from 0 to `size`.
void expect_tiling(const std::vector<Entry>& entries, uint64_t size, std::string_view name, size_t data) {
  std::vector<const Entry*> by_place;
  for (const Entry& entry : entries) by_place.push_back(&entry);
  std::sort(by_place.begin(), by_place.end(),
            [](const Entry* a, const Entry* b) { return std::pair(a->begin, a->end) < std::pair(b->begin, b->end); });
  uint64_t next = 0;
  const std::string remedy = "the file is damaged or was cut short; copy it again";
  for (const Entry* entry : by_place) {
    if (entry->begin != next)
      refuse(
          "W573", name, data,
          fmt::format("tensor {} begins at byte {} of the data, expected {}", quote(entry->name), entry->begin, next),
          remedy);
    next = entry->end;
  }
  if (next != size)
    refuse("W573", name, data,
           fmt::format("the tensors of {} fill {} bytes of data; the file has {}", name, next, size), remedy);
}

/// A text as JSON writes it. throws : UsageError W574 if it is not UTF-8
std::string json_text(const std::string& text) {
  try {
    return Json(text).dump();
  } catch (const Json::exception&) {
    throw UsageError("W574", fmt::format("{} is not UTF-8 and cannot stand in a safetensors file", quote(text)), {},
                     "rename it");
  }
}

void expect_writable(const Tensors& tensors) {
  expect_distinct_names(tensors.arrays, "a safetensors file");
  std::unordered_set<std::string_view> keys;
  for (const auto& [key, text] : tensors.metadata)
    if (!keys.insert(key).second)
      throw UsageError("W546", fmt::format("two metadata are named {}", quote(key)), "a safetensors file", "keep one");
  for (const NamedArray& entry : tensors.arrays)
    if (entry.name == metadata_key)
      throw UsageError("W574", "an array cannot be named \"__metadata__\" in a safetensors file", {}, "rename it");
}

/// The header with its size in front; the arrays' bytes follow it in their order.
Bytes header_bytes(const Tensors& tensors) {
  expect_writable(tensors);
  std::vector<std::string> members;
  if (!tensors.metadata.empty()) {
    std::vector<std::string> texts;
    for (const auto& [key, text] : tensors.metadata) texts.push_back(json_text(key) + ":" + json_text(text));
    members.push_back(fmt::format("\"{}\":{{{}}}", metadata_key, fmt::join(texts, ",")));
  }
  uint64_t begin = 0;
  for (const auto& [name, array] : tensors.arrays) {
    const uint64_t end = begin + array.type().bytes();
    members.push_back(fmt::format(R"({}:{{"dtype":"{}","shape":[{}],"data_offsets":[{},{}]}})", json_text(name),
                                  codes[static_cast<size_t>(array.dtype())], fmt::join(array.shape().extents(), ","),
                                  begin, end));
    begin = end;
  }
  std::string text = fmt::format("{{{}}}", fmt::join(members, ","));
  text.append((alignment - text.size() % alignment) % alignment, ' ');
  if (text.size() > longest_safetensors_header)
    throw UsageError(
        "W570", fmt::format("the header would have {} bytes; the limit is {}", text.size(), longest_safetensors_header),
        "a safetensors file", "shorten names and metadata");
  Bytes bytes;
  append(bytes, uint64_t{text.size()}, ByteOrder::little);
  append(bytes, bytes_of(text));
  return bytes;
}

ByteView content_of(const Array& array) { return {array.view().as<unsigned char>(), array.type().bytes()}; }

}  // namespace

Tensors parse_safetensors(ByteView bytes, std::string_view name) {
  ByteCursor cursor(bytes, name);
  const auto size = cursor.number<uint64_t>(ByteOrder::little, "the size of the header");
  if (size > longest_safetensors_header || size > cursor.left())
    refuse("W570", name, 0,
           fmt::format("{} claims a header of {} bytes; {} follow, and {} is the limit", name, size, cursor.left(),
                       longest_safetensors_header),
           "this is no safetensors file, or it was cut short");
  Header header(text_of(cursor.take(size, "the header")), name);
  const size_t data = cursor.offset();
  expect_tiling(header.entries(), cursor.left(), name, data);
  Tensors result{{}, std::move(header.metadata())};
  for (Entry& entry : header.entries()) {
    const ByteView content = bytes.subspan(data + entry.begin, entry.end - entry.begin);
    if (entry.type.dtype == DType::boolean) expect_bools(content, name, data + entry.begin);
    Array array = is_half(entry.code) ? widened(entry, content) : Array::from({entry.type, content.data()});
    result.arrays.push_back({std::move(entry.name), std::move(array)});
  }
  return result;
}

Tensors read_safetensors(const std::string& path, size_t limit) {
  return parse_safetensors(read_file(path, limit), path);
}

Bytes safetensors_bytes(const Tensors& tensors) {
  Bytes bytes = header_bytes(tensors);
  for (const NamedArray& entry : tensors.arrays) append(bytes, content_of(entry.array));
  return bytes;
}

void write_safetensors(const std::string& path, const Tensors& tensors) {
  const Bytes header = header_bytes(tensors);
  std::vector<ByteView> parts{header};
  for (const NamedArray& entry : tensors.arrays) parts.push_back(content_of(entry.array));
  write_file_atomically(path, parts);
}

}  // namespace wengert
