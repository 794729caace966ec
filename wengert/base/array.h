// SPDX-License-Identifier: Apache-2.0
//
// Array = Type + contiguous row-major buffer (64-byte aligned). A value: copies share the buffer until one is written.
// View and ConstView are the same without ownership; executables work on them.
#pragma once

#include <memory>
#include <vector>

#include "wengert/base/shape.h"

namespace wengert {

template <class T> struct dtype_of;
template <> struct dtype_of<double> { static constexpr DType value = DType::f64; };
template <> struct dtype_of<float> { static constexpr DType value = DType::f32; };
template <> struct dtype_of<int64_t> { static constexpr DType value = DType::i64; };
template <> struct dtype_of<bool> { static constexpr DType value = DType::boolean; };

struct ConstView {
  Type type;
  const void* data = nullptr;
  template <class T> const T* as() const { return static_cast<const T*>(data); }
};

struct View {
  Type type;
  void* data = nullptr;
  template <class T> T* as() const { return static_cast<T*>(data); }
  operator ConstView() const { return {type, data}; }
};

class Array {
 public:
  Array() : Array(f64()) {}
  explicit Array(Type type);  ///< zeros; throws ResourceError W401 if there is no memory for it
  Array(double scalar);       ///< f64[]
  Array(std::vector<double> values);                          ///< f64[n]
  Array(Shape shape, const std::vector<double>& values);      ///< f64, row-major; throws ShapeError W204 on a wrong count
  static Array filled(Type type, double value);
  static Array from(ConstView view);                          ///< a copy
  template <class T> static Array of(Shape shape, std::span<const T> values) {
    return from({{dtype_of<T>::value, checked(shape, values.size())}, values.data()});
  }

  const Type& type() const { return type_; }
  const Shape& shape() const { return type_.shape; }
  DType dtype() const { return type_.dtype; }
  int64_t elements() const { return type_.elements(); }

  /// Elements, row-major. throws : UsageError W110 if T is not the array's dtype
  template <class T> std::span<const T> values() const {
    require(dtype_of<T>::value);
    return {reinterpret_cast<const T*>(buffer_.get()), static_cast<size_t>(elements())};
  }
  /// Writable elements; copies the buffer first if it is shared.
  template <class T> std::span<T> mutable_values() {
    require(dtype_of<T>::value);
    make_unique();
    return {reinterpret_cast<T*>(buffer_.get()), static_cast<size_t>(elements())};
  }
  double operator[](int64_t index) const;   ///< one element, flat index, any dtype, as double
  double item() const;                      ///< the only element; throws ShapeError W204 if there are several
  Array as(DType dtype) const;              ///< converted (rounded to nearest for f32, truncated for i64)
  Array reshaped(Shape shape) const;        ///< same buffer; throws ShapeError W204
  ConstView view() const { return {type_, buffer_.get()}; }
  View mutable_view() { make_unique(); return {type_, buffer_.get()}; }

  /// Equal types and bitwise equal elements (so NaN equals NaN and 0 differs from -0).
  friend bool operator==(const Array& a, const Array& b);

 private:
  static Shape checked(const Shape& shape, size_t count);
  void require(DType dtype) const;
  void make_unique();

  Type type_;
  std::shared_ptr<std::byte[]> buffer_;
};

/// Numbers with at most `most` elements shown, nested brackets by axis; round-trip precision.
std::string to_string(const Array& array, int64_t most = 1000);

/// The shortest decimal text that reads back as the same number ("0.1", "nan", "-inf").
std::string shortest(double value);
std::string shortest(float value);

}  // namespace wengert
