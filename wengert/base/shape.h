// SPDX-License-Identifier: Apache-2.0
//
// Shape, DType and Type: what is known of an array before it has numbers. Broadcasting follows the usual rule: aligned
// at the last axis, an extent of 1 stretches.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace wengert {

enum class DType : uint8_t { f64, f32, i64, boolean };

std::string_view to_string(DType dtype);        ///< "f64", "f32", "i64", "bool"
size_t size_of(DType dtype);                    ///< bytes of one element
inline bool is_float(DType dtype) { return dtype == DType::f64 || dtype == DType::f32; }

/// Extents of an array, row-major; rank 0 is a scalar.
class Shape {
 public:
  static constexpr int max_rank = 8;

  Shape() = default;
  Shape(std::initializer_list<int64_t> extents) : Shape(std::span(extents.begin(), extents.size())) {}
  /// throws : ShapeError W202 for a negative extent, a rank over max_rank, or more than 2^48 elements
  explicit Shape(std::span<const int64_t> extents);

  int rank() const { return rank_; }
  int64_t operator[](int axis) const { return extents_[static_cast<size_t>(axis)]; }
  int64_t back() const { return extents_[rank_ - 1u]; }
  int64_t elements() const;
  std::span<const int64_t> extents() const { return {extents_.data(), rank_}; }
  const int64_t* begin() const { return extents_.data(); }
  const int64_t* end() const { return extents_.data() + rank_; }

  /// Row-major strides in elements.
  std::array<int64_t, max_rank> strides() const;
  /// This shape with one axis less or more.
  Shape without(int axis) const;
  Shape with(int axis, int64_t extent) const;

  friend bool operator==(const Shape& a, const Shape& b) {
    return a.rank_ == b.rank_ && std::equal(a.begin(), a.end(), b.begin());
  }

 private:
  std::array<int64_t, max_rank> extents_{};
  uint8_t rank_ = 0;
};

std::string to_string(const Shape& shape);  ///< "[2,3]"

/// The shape both broadcast to. throws : ShapeError W203
Shape broadcast(const Shape& a, const Shape& b);
bool broadcasts_to(const Shape& from, const Shape& to);

struct Type {
  DType dtype = DType::f64;
  Shape shape;

  int64_t elements() const { return shape.elements(); }
  size_t bytes() const { return static_cast<size_t>(shape.elements()) * size_of(dtype); }
  bool is_scalar() const { return shape.rank() == 0; }
  friend bool operator==(const Type&, const Type&) = default;
};

std::string to_string(const Type& type);  ///< "f64[2,3]"

inline Type f64(std::initializer_list<int64_t> shape = {}) { return {DType::f64, shape}; }
inline Type f32(std::initializer_list<int64_t> shape = {}) { return {DType::f32, shape}; }
inline Type i64(std::initializer_list<int64_t> shape = {}) { return {DType::i64, shape}; }
inline Type boolean(std::initializer_list<int64_t> shape = {}) { return {DType::boolean, shape}; }

}  // namespace wengert
