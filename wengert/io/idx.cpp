// SPDX-License-Identifier: Apache-2.0
#include "wengert/io/idx.h"

#include <cmath>
#include <fmt/format.h>

#include "wengert/base/error.h"
#include "wengert/io/compress.h"

namespace wengert {
namespace {

/// Calls `f` with a zero of the stored type; false for a code that is none.
template <class F> bool with_stored_type(IdxType type, F f) {
  switch (type) {
    case IdxType::u8: f(uint8_t{}); return true;
    case IdxType::i8: f(int8_t{}); return true;
    case IdxType::i16: f(int16_t{}); return true;
    case IdxType::i32: f(int32_t{}); return true;
    case IdxType::f32: f(float{}); return true;
    case IdxType::f64: f(double{}); return true;
  }
  return false;
}

size_t stored_size(IdxType type) {
  size_t size = 0;
  with_stored_type(type, [&](auto zero) { size = sizeof zero; });
  return size;
}

size_t header_size(const Idx& idx) { return 4 + 4 * static_cast<size_t>(idx.shape.rank()); }

[[noreturn]] void cannot_hold(const Idx& idx, size_t byte, double value, DType dtype) {
  refuse("W544", idx.name, header_size(idx) + byte, fmt::format("{} cannot hold the value {}", to_string(dtype), value),
         "read this file as f64 or f32");
}

/// Every stored type fits a double exactly.
template <class Stored, class T> void convert(const Idx& idx, size_t first_byte, double scale, std::span<T> to) {
  const unsigned char* from = idx.bytes.data() + first_byte;
  for (size_t i = 0; i < to.size(); ++i) {
    const auto value = static_cast<double>(load<Stored>(from + i * sizeof(Stored), ByteOrder::big));
    if constexpr (std::is_floating_point_v<T>) {
      to[i] = static_cast<T>(value * scale);
    } else {
      constexpr bool to_bool = std::is_same_v<T, bool>;
      const bool fits = std::trunc(value) == value && (to_bool ? value == 0 || value == 1 : std::abs(value) < 0x1p63);
      if (!fits) cannot_hold(idx, first_byte + i * sizeof(Stored), value, dtype_of<T>::value);
      to[i] = static_cast<T>(value);
    }
  }
}

template <class T> void fill(const Idx& idx, size_t first_byte, double scale, Array& result) {
  const std::span<T> to = result.mutable_values<T>();
  with_stored_type(idx.type, [&](auto zero) { convert<decltype(zero)>(idx, first_byte, scale, to); });
}

Array converted(const Idx& idx, size_t first_byte, const Type& type, double scale) {
  if (scale != 1 && !is_float(type.dtype))
    throw UsageError("W551",
                     fmt::format("a scale of {} was given for elements of type {}", scale, to_string(type.dtype)),
                     idx.name, "ask for f32 or f64, or leave the scale at 1");
  Array result(type);
  switch (type.dtype) {
    case DType::f64: fill<double>(idx, first_byte, scale, result); break;
    case DType::f32: fill<float>(idx, first_byte, scale, result); break;
    case DType::i64: fill<int64_t>(idx, first_byte, scale, result); break;
    case DType::boolean: fill<bool>(idx, first_byte, scale, result); break;
  }
  return result;
}

void parse_header(Idx& idx, ByteCursor& cursor) {
  const ByteView magic = cursor.take(4, "the magic number");
  idx.type = static_cast<IdxType>(magic[2]);
  const std::string remedy = "name an IDX file, such as train-images-idx3-ubyte.gz of MNIST";
  if (magic[0] != 0 || magic[1] != 0)
    refuse("W550", idx.name, 0,
           fmt::format("{} is not an IDX file; it begins with bytes {:02x} {:02x}, expected 00 00", idx.name, magic[0],
                       magic[1]),
           remedy);
  if (stored_size(idx.type) == 0)
    refuse("W550", idx.name, 2,
           fmt::format("{} is not an IDX file; its type code is {:02x}, expected 08, 09, 0b, 0c, 0d "
                       "or 0e",
                       idx.name, magic[2]),
           remedy);
  if (magic[3] == 0)
    refuse("W550", idx.name, 3, fmt::format("{} is an IDX file of 0 axes, expected 1 or more", idx.name),
           "write a single value with shape [1]");
  std::vector<uint64_t> extents(magic[3]);
  for (uint64_t& extent : extents) extent = cursor.number<uint32_t>(ByteOrder::big, "an extent");
  idx.shape = shape_in_file(extents, idx.name, 4);
}

}  // namespace

Array Idx::array(DType dtype, double scale) const { return converted(*this, 0, {dtype, shape}, scale); }

Array Idx::rows(int64_t first, int64_t count, DType dtype, double scale) const {
  if (first < 0 || count < 0 || first > shape[0] || count > shape[0] - first)
    throw UsageError("W552", fmt::format("{} entries from {} on were asked for; there are {}", count, first, shape[0]),
                     name, "ask for entries that exist");
  const Shape rest = shape.without(0);
  const size_t row = static_cast<size_t>(rest.elements()) * stored_size(type);
  return converted(*this, static_cast<size_t>(first) * row, {dtype, rest.with(0, count)}, scale);
}

Idx parse_idx(Bytes bytes, std::string name, size_t limit) {
  if (is_gzip(bytes)) {
    bytes = inflate_gzip(bytes, name, limit);
    name += ", inflated";  // since offsets count its content
  }
  Idx idx{name, IdxType::u8, {}, {}};
  ByteCursor cursor(bytes, name);
  parse_header(idx, cursor);
  const std::string what = fmt::format("{} elements of shape {}", idx.shape.elements(), to_string(idx.shape));
  cursor.take(static_cast<uint64_t>(idx.shape.elements()) * stored_size(idx.type), what);
  cursor.expect_end(what);
  bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(header_size(idx)));
  idx.bytes = std::move(bytes);
  return idx;
}

Idx read_idx(const std::string& path, size_t limit) { return parse_idx(read_file(path, limit), path, limit); }

Bytes idx_bytes(const Shape& shape, ByteView values) {
  if (shape.rank() == 0 || static_cast<size_t>(shape.elements()) != values.size())
    throw UsageError(
        "W553",
        fmt::format("an IDX file needs at least one axis and a value for each element; the shape is "
                    "{}, there are {} values",
                    to_string(shape), values.size()),
        {}, shape.rank() == 0 ? "reshape a single value to [1]" : fmt::format("give {} values", shape.elements()));
  Bytes bytes{0, 0, static_cast<unsigned char>(IdxType::u8), static_cast<unsigned char>(shape.rank())};
  for (int64_t extent : shape) {
    if (extent > UINT32_MAX)
      throw UsageError("W553",
                       fmt::format("an IDX file holds extents up to {}; the shape is {}", UINT32_MAX, to_string(shape)),
                       {}, "write several files");
    append(bytes, static_cast<uint32_t>(extent), ByteOrder::big);
  }
  append(bytes, values);
  return bytes;
}

Bytes idx_bytes(const Array& array, double scale) {
  Bytes values(static_cast<size_t>(array.elements()));
  for (size_t i = 0; i < values.size(); ++i) {
    const double value = std::nearbyint(array[static_cast<int64_t>(i)] * scale);
    if (!(value >= 0 && value <= 255))
      throw UsageError("W544", fmt::format("an IDX file of bytes holds 0 to 255; element [{}] gives {}", i, value), {},
                       "choose another scale");
    values[i] = static_cast<unsigned char>(value);
  }
  return idx_bytes(array.shape(), values);
}

void write_idx(const std::string& path, const Shape& shape, ByteView values) {
  const Bytes bytes = idx_bytes(shape, values);
  write_file_atomically(path, path.ends_with(".gz") ? deflate_gzip(bytes) : bytes);
}

void write_idx(const std::string& path, const Array& array, double scale) {
  const Bytes bytes = idx_bytes(array, scale);
  write_file_atomically(path, path.ends_with(".gz") ? deflate_gzip(bytes) : bytes);
}

}  // namespace wengert
