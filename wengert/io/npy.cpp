// SPDX-License-Identifier: Apache-2.0
#include "wengert/io/npy.h"

#include <charconv>
#include <fmt/format.h>
#include <optional>

#include "wengert/base/error.h"
#include "wengert/io/half.h"

namespace wengert {
namespace {

constexpr std::string_view magic = "\x93NUMPY";

struct Header {
  std::optional<std::string> descr;
  std::optional<bool> fortran_order;
  std::optional<std::vector<uint64_t>> shape;
};

/// The Python dictionary {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), } and nothing else of Python.
class HeaderParser {
 public:
  HeaderParser(std::string_view text, std::string_view name, size_t offset)
      : text_(text), name_(name), offset_(offset) {}

  Header parse() {
    Header header;
    expect('{');
    while (!accept('}')) {
      const std::string key = text();
      expect(':');
      if (key == "descr")
        set(header.descr, key, descr());
      else if (key == "fortran_order")
        set(header.fortran_order, key, truth());
      else if (key == "shape")
        set(header.shape, key, shape());
      else
        fail("the key " + quote(key), "descr, fortran_order or shape");
      if (!accept(',') && peek() != '}') fail(found(), "',' or '}'");
    }
    if (peek() != '\0' || at_ < text_.size()) fail(found(), "the end of the header");
    if (!header.descr || !header.fortran_order || !header.shape)
      fail("a header without one of them", "descr, fortran_order and shape");
    return header;
  }

 private:
  [[noreturn]] void fail(const std::string& found, std::string_view expected) const {
    refuse("W561", name_, offset_ + at_,
           fmt::format("the npy header of {} is wrong: found {}, expected {}", name_, found, expected),
           "write the file again with numpy.save");
  }

  /// The next character that is no space, or 0 at the end.
  char peek() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  std::string found() { return at_ < text_.size() ? quote(text_.substr(at_, 1)) : "the end"; }
  bool accept(char c) {
    if (peek() != c || at_ == text_.size()) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!accept(c)) fail(found(), fmt::format("'{}'", c));
  }
  bool accept_word(std::string_view word) {
    peek();
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  template <class T> void set(std::optional<T>& slot, const std::string& key, T value) {
    if (slot) fail("a second " + quote(key), "one");
    slot = std::move(value);
  }

  std::string text() {
    const char mark = peek();
    if (mark != '\'' && mark != '"') fail(found(), "a text in quotes");
    const auto end = text_.find(mark, at_ + 1);
    if (end == std::string_view::npos) fail("no closing quote", "one");
    const std::string result(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return result;
  }

  std::string descr() {
    if (peek() == '[')
      refuse("W562", name_, offset_ + at_,
             fmt::format("{} holds records (a structured array); an element must be one "
                         "number",
                         name_),
             "save each field as an array of its own");
    return text();
  }

  bool truth() {
    if (accept_word("True")) return true;
    if (!accept_word("False")) fail(found(), "True or False");
    return false;
  }

  std::vector<uint64_t> shape() {
    std::vector<uint64_t> extents;
    expect('(');
    while (!accept(')')) {
      peek();
      uint64_t extent = 0;
      const char* end = text_.data() + text_.size();
      const auto [rest, problem] = std::from_chars(text_.data() + at_, end, extent);
      if (problem != std::errc()) fail(found(), "an extent from 0 to 2^64 - 1");
      at_ = static_cast<size_t>(rest - text_.data());
      extents.push_back(extent);
      accept('L');  // Python 2 wrote long integers so
      if (!accept(',') && peek() != ')') fail(found(), "',' or ')'");
    }
    return extents;
  }

  std::string_view text_, name_;
  size_t offset_, at_ = 0;
};

/// The elements of an npy file: where they lie and in which order.
struct Elements {
  ByteView bytes;
  ByteOrder order;
  bool fortran_order;
  Shape shape;
  std::string_view name;
  size_t offset;  ///< of the first in the file
};

/// Calls f(k, i): the k-th element in row-major order is the i-th of the file.
template <class F> void for_each_place(const Elements& from, F f) {
  const auto count = static_cast<size_t>(from.shape.elements());
  if (!from.fortran_order) {
    for (size_t k = 0; k < count; ++k) f(k, k);
    return;
  }
  std::array<size_t, Shape::max_rank> index{}, stride{};
  size_t product = 1;
  for (int axis = 0; axis < from.shape.rank(); ++axis) {
    stride[static_cast<size_t>(axis)] = product;
    product *= static_cast<size_t>(from.shape[axis]);
  }
  for (size_t k = 0, i = 0; k < count; ++k) {
    f(k, i);
    for (auto axis = static_cast<size_t>(from.shape.rank()); axis-- > 0;) {
      i += stride[axis];
      if (++index[axis] < static_cast<size_t>(from.shape[static_cast<int>(axis)])) break;
      i -= index[axis] * stride[axis];
      index[axis] = 0;
    }
  }
}

template <class Stored, class T> Array convert(const Elements& from) {
  Array result(Type{dtype_of<T>::value, from.shape});
  const std::span<T> to = result.mutable_values<T>();
  for_each_place(from, [&](size_t k, size_t i) {
    const auto value = load<Stored>(from.bytes.data() + i * sizeof(Stored), from.order);
    if constexpr (std::is_same_v<Stored, uint64_t>) {
      if (value > INT64_MAX)
        refuse("W544", from.name, from.offset + i * sizeof(Stored), fmt::format("i64 cannot hold the value {}", value),
               "save the array as int64 or float64");
    }
    if constexpr (std::is_same_v<Stored, uint16_t> && std::is_same_v<T, float>)
      to[k] = from_half(value);
    else
      to[k] = static_cast<T>(value);
  });
  return result;
}

Array convert_bools(const Elements& from) {
  expect_bools(from.bytes, from.name, from.offset);
  return convert<uint8_t, bool>(from);
}

struct ElementType {
  std::string_view code;
  size_t size;
  Array (*convert)(const Elements&);
};
constexpr ElementType element_types[] = {
    {"f8", 8, convert<double, double>},    {"f4", 4, convert<float, float>},      {"f2", 2, convert<uint16_t, float>},
    {"i8", 8, convert<int64_t, int64_t>},  {"i4", 4, convert<int32_t, int64_t>},  {"i2", 2, convert<int16_t, int64_t>},
    {"i1", 1, convert<int8_t, int64_t>},   {"u8", 8, convert<uint64_t, int64_t>}, {"u4", 4, convert<uint32_t, int64_t>},
    {"u2", 2, convert<uint16_t, int64_t>}, {"u1", 1, convert<uint8_t, int64_t>},  {"b1", 1, convert_bools}};

const ElementType& element_type(std::string_view descr, std::string_view name, size_t offset) {
  constexpr std::string_view orders = "<>|=";
  if (!descr.empty() && orders.find(descr[0]) != std::string_view::npos)
    for (const ElementType& type : element_types)
      if (type.code == descr.substr(1) && (type.size == 1 || descr[0] != '|')) return type;
  refuse("W562", name, offset,
         fmt::format("{} has elements of type {}; expected f2, f4, f8, i1, i2, i4, i8, u1, u2, u4, "
                     "u8 or b1 after a byte order",
                     name, quote(descr)),
         "convert it where it was written: numpy.save(name, array.astype('f8'))");
}

size_t header_size(ByteCursor& cursor) {
  const ByteView start = cursor.take(magic.size() + 2, "the magic number");
  if (text_of(start.first(magic.size())) != magic)
    refuse("W560", cursor.name(), 0,
           fmt::format("{} is not an npy file; it begins with {}, expected {}", cursor.name(),
                       quote(text_of(start.first(magic.size()))), quote(magic)),
           "name a file written by numpy.save");
  const int version = start[magic.size()];
  if (version == 1) return cursor.number<uint16_t>(ByteOrder::little, "the header's size");
  if (version == 2 || version == 3) return cursor.number<uint32_t>(ByteOrder::little, "the header's size");
  refuse("W560", cursor.name(), magic.size(),
         fmt::format("{} has npy version {}; expected 1, 2 or 3", cursor.name(), version),
         "write it again with numpy.save");
}

std::string_view descr_of(DType dtype) {
  static constexpr std::array<std::string_view, 4> codes{"<f8", "<f4", "<i8", "|b1"};
  return codes[static_cast<size_t>(dtype)];
}

}  // namespace

Array parse_npy(ByteView bytes, std::string_view name) {
  ByteCursor cursor(bytes, name);
  const size_t size = header_size(cursor), begin = cursor.offset();
  const Header header = HeaderParser(text_of(cursor.take(size, "the header")), name, begin).parse();
  const ElementType& type = element_type(*header.descr, name, begin);
  const Shape shape = shape_in_file(*header.shape, name, begin);
  const std::string what = fmt::format("{} elements of shape {}", shape.elements(), to_string(shape));
  const size_t offset = cursor.offset();
  const ByteView elements = cursor.take(static_cast<uint64_t>(shape.elements()) * type.size, what);
  cursor.expect_end(what);
  const ByteOrder order = header.descr->front() == '>' ? ByteOrder::big : ByteOrder::little;
  return type.convert({elements, order, *header.fortran_order, shape, name, offset});
}

Array read_npy(const std::string& path, size_t limit) { return parse_npy(read_file(path, limit), path); }

Bytes npy_bytes(const Array& array) {
  std::string shape;
  for (int64_t extent : array.shape()) shape += fmt::format("{}, ", extent);
  if (array.shape().rank() > 1) shape.resize(shape.size() - 2);
  if (array.shape().rank() == 1) shape.resize(shape.size() - 1);
  std::string header =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}", descr_of(array.dtype()), shape);
  constexpr size_t alignment = 64, before = 10;
  header.append(alignment - 1 - (before + header.size()) % alignment, ' ');
  header += '\n';
  Bytes bytes;
  bytes.reserve(before + header.size() + array.type().bytes());
  append(bytes, bytes_of(magic));
  append(bytes, ByteView(std::array<unsigned char, 2>{1, 0}));
  append(bytes, static_cast<uint16_t>(header.size()), ByteOrder::little);
  append(bytes, bytes_of(header));
  append(bytes, {array.view().as<unsigned char>(), array.type().bytes()});
  return bytes;
}

void write_npy(const std::string& path, const Array& array) { write_file_atomically(path, npy_bytes(array)); }

}  // namespace wengert
