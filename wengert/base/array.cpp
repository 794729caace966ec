// SPDX-License-Identifier: Apache-2.0
#include "wengert/base/array.h"

#include <cmath>
#include <cstring>
#include <fmt/format.h>
#include <new>

#include "wengert/base/error.h"

namespace wengert {
namespace {

constexpr std::align_val_t alignment{64};

std::shared_ptr<std::byte[]> allocate(const Type& type) {
  const size_t bytes = std::max<size_t>(type.bytes(), 8);
  auto* memory = static_cast<std::byte*>(::operator new(bytes, alignment, std::nothrow));
  if (memory == nullptr)
    throw ResourceError("W401", fmt::format("no memory for an array {} ({} bytes)", to_string(type), bytes), {},
                        "use a smaller batch, or f32 instead of f64");
  return {memory, [](std::byte* p) { ::operator delete(p, alignment); }};
}

/// Calls `f` with a null pointer of the element type.
template <class F> auto with_element_type(DType dtype, F f) {
  switch (dtype) {
    case DType::f64: return f(static_cast<double*>(nullptr));
    case DType::f32: return f(static_cast<float*>(nullptr));
    case DType::i64: return f(static_cast<int64_t*>(nullptr));
    case DType::boolean: break;
  }
  return f(static_cast<bool*>(nullptr));
}

template <class To, class From> To converted(From x) {
  if constexpr (std::is_same_v<To, int64_t> && std::is_floating_point_v<From>) {
    // Outside the range the C++ cast is undefined; saturate, and let NaN become 0.
    if (!(x == x)) return 0;
    if (x >= 9223372036854775807.0) return INT64_MAX;
    if (x <= -9223372036854775808.0) return INT64_MIN;
  }
  return static_cast<To>(x);
}

std::string element_text(const Array& array, int64_t i) {
  switch (array.dtype()) {
    case DType::f64: return shortest(array.values<double>()[static_cast<size_t>(i)]);
    case DType::f32: return shortest(array.values<float>()[static_cast<size_t>(i)]);
    case DType::i64: return std::to_string(array.values<int64_t>()[static_cast<size_t>(i)]);
    case DType::boolean: break;
  }
  return array.values<bool>()[static_cast<size_t>(i)] ? "true" : "false";
}

void append_text(std::string& text, const Array& array, int axis, int64_t first, int64_t most) {
  if (axis == array.shape().rank()) {
    text += element_text(array, first);
    return;
  }
  const int64_t stride = array.shape().strides()[static_cast<size_t>(axis)];
  text += '[';
  for (int64_t i = 0; i < array.shape()[axis]; ++i) {
    if (i > 0) text += ", ";
    if (first + i * stride >= most) {
      text += "...";
      break;
    }
    append_text(text, array, axis + 1, first + i * stride, most);
  }
  text += ']';
}

}  // namespace

Array::Array(Type type) : type_(type), buffer_(allocate(type)) { std::memset(buffer_.get(), 0, type_.bytes()); }

Array::Array(double scalar) : Array(f64()) { *reinterpret_cast<double*>(buffer_.get()) = scalar; }

Array::Array(std::vector<double> values) : Array(of<double>({static_cast<int64_t>(values.size())}, values)) {}

Array::Array(Shape shape, const std::vector<double>& values) : Array(of<double>(shape, values)) {}

Array Array::filled(Type type, double value) {
  Array result(type);
  with_element_type(type.dtype, [&](auto* tag) {
    using T = std::remove_pointer_t<decltype(tag)>;
    for (T& x : result.mutable_values<T>()) x = converted<T>(value);
  });
  return result;
}

Array Array::from(ConstView view) {
  Array result(view.type);
  if (view.type.bytes() > 0) std::memcpy(result.buffer_.get(), view.data, view.type.bytes());
  return result;
}

double Array::operator[](int64_t index) const {
  return with_element_type(dtype(), [&](auto* tag) {
    using T = std::remove_pointer_t<decltype(tag)>;
    return static_cast<double>(values<T>()[static_cast<size_t>(index)]);
  });
}

double Array::item() const {
  if (elements() != 1)
    throw ShapeError("W204", fmt::format("item() needs exactly one element, this array is {}", to_string(type_)), {},
                     elements() == 0 ? "check elements() before: there is nothing to return"
                                     : fmt::format("read one of the {} with array[k], k from 0", elements()));
  return (*this)[0];
}

Array Array::as(DType dtype) const {
  if (dtype == type_.dtype) return *this;
  Array result(Type{dtype, shape()});
  with_element_type(type_.dtype, [&](auto* from_tag) {
    using From = std::remove_pointer_t<decltype(from_tag)>;
    with_element_type(dtype, [&](auto* to_tag) {
      using To = std::remove_pointer_t<decltype(to_tag)>;
      auto to = result.mutable_values<To>();
      const auto from = values<From>();
      for (size_t i = 0; i < from.size(); ++i) to[i] = converted<To>(from[i]);
    });
  });
  return result;
}

Array Array::reshaped(Shape shape) const {
  Array result = *this;
  result.type_.shape = checked(shape, static_cast<size_t>(elements()));
  return result;
}

bool operator==(const Array& a, const Array& b) {
  return a.type_ == b.type_ && std::memcmp(a.buffer_.get(), b.buffer_.get(), a.type_.bytes()) == 0;
}

Shape Array::checked(const Shape& shape, size_t count) {
  if (static_cast<size_t>(shape.elements()) != count)
    throw ShapeError("W204", fmt::format("shape {} has {} elements, {} were given", to_string(shape), shape.elements(), count), {},
                     fmt::format("give {} elements, or a shape for {}, such as [{}]", shape.elements(), count, count));
  return shape;
}

void Array::require(DType dtype) const {
  if (dtype != type_.dtype)
    throw UsageError("W110", fmt::format("this array is {}, its elements were asked for as {}", to_string(type_), to_string(dtype)), {},
                     fmt::format("convert it first: array.as(DType::{})",
                                 dtype == DType::boolean ? "boolean" : to_string(dtype)));
}

void Array::make_unique() {
  if (buffer_.use_count() > 1) *this = from(view());
}

std::string to_string(const Array& array, int64_t most) {
  std::string text;
  append_text(text, array, 0, 0, most);
  return text;
}

std::string shortest(double value) { return std::isnan(value) ? "nan" : fmt::format("{}", value); }
std::string shortest(float value) { return std::isnan(value) ? "nan" : fmt::format("{}", value); }

}  // namespace wengert
