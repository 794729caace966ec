// SPDX-License-Identifier: Apache-2.0
//
// Parts that the records about axes share: attributes that are lists of axes, and the loops of kernels along axes. For
// authors of records; users of the library do not need it.
#pragma once

#include <optional>
#include <vector>

#include "wengert/ir/primitive.h"
#include "wengert/kernel/kernel.h"

namespace wengert {

/// Extents as an attribute.
inline std::vector<int64_t> to_list(const Shape& shape) { return {shape.begin(), shape.end()}; }

inline bool is_axis(const Shape& shape, int64_t axis) { return axis >= 0 && axis < shape.rank(); }

/// Whether all of `axes` are axes of `shape`, each named once.
bool are_axes(const Shape& shape, const std::vector<int64_t>& axes);

/// The attribute of reductions.
inline constexpr AttributeField reduced_axes{"axes", AttributeField::Kind::integers,
                                             "the axes that go away; negative ones count from the end", "all"};
/// The attribute of what works along one axis.
inline constexpr AttributeField one_axis{"axis", AttributeField::Kind::integer,
                                         "the axis along which; a negative one counts from the end", "the last"};

/// A negative axis counts from the end (-1 is the last). What lies outside the rank stays so, for infer to refuse.
inline int64_t axis_of(const Expr& x, int64_t axis) { return axis < 0 && axis >= -x.rank() ? axis + x.rank() : axis; }
/// The same for a list, sorted.
std::vector<int64_t> axes_of(const Expr& x, std::vector<int64_t> axes);
std::vector<int64_t> all_axes(const Expr& x);

/// The axes as they are numbered behind a new leading axis.
std::vector<int64_t> shifted(const std::vector<int64_t>& axes);

/// `shape` with another extent at `axis`.
Shape with_extent(const Shape& shape, int64_t axis, int64_t extent);

/// The dtype asked for, or the default float of the recording.
DType float_or_default(std::optional<DType> dtype);

/// Copies element `from` of an operand to element `to` of the result, whatever the dtype.
void copy_element(KernelBuilder& k, int operand, Integer to, Integer from);

/// What a reduction over `axes` makes of a shape.
struct ReducedShapes {
  Shape stays;  ///< extents of the other axes
  Shape gone;   ///< extents of the reduced axes
  Shape ones;   ///< the whole shape with 1 for each reduced axis: it broadcasts to the operand's
};
ReducedShapes reduced_shapes(const Shape& shape, const std::vector<int64_t>& axes);

namespace detail {
/// The index into the whole array out of those of the axes that stay and of the reduced ones.
std::vector<Integer> merged(int rank, const std::vector<int64_t>& axes, std::span<const Integer> stays,
                            std::span<const Integer> gone);
}  // namespace detail

/// body(Integer to, each) for every element of a reduction's result; each(visit) calls visit(Integer from) for every
/// element of operand 0 that goes into it, row-major, and may be used several times.
template <class Body> void for_each_group(KernelBuilder& k, const std::vector<int64_t>& axes, Body body) {
  const Buffer x = k.operand(0);
  const ReducedShapes shapes = reduced_shapes(x.shape(), axes);
  k.parallel_loop_over(shapes.stays, [&](std::span<const Integer> outer) {
    const auto each = [&](auto visit) {
      k.parallel_loop_over(shapes.gone, [&](std::span<const Integer> inner) {
        visit(x.flat(detail::merged(x.shape().rank(), axes, outer, inner)));
      });
    };
    body(k.result().flat(outer), each);
  });
}

/// An array seen as outer x extent x inner around one axis.
struct AroundAxis {
  int64_t outer = 1, extent = 1, inner = 1;
  AroundAxis(const Shape& shape, int64_t axis);
};

/// body(Integer line, at) for every line of elements along `axis`: `line` counts the lines, row-major, and at(j) is the
/// flat place of the line's j-th element. No line may write what another one reads.
template <class Body> void for_each_line(KernelBuilder& k, const Shape& shape, int64_t axis, Body body) {
  const AroundAxis around(shape, axis);
  k.parallel_loop_over(Shape{around.outer, around.inner}, [&](std::span<const Integer> line) {
    const Integer first = line[0] * Integer(around.extent * around.inner) + line[1];
    const auto at = [&](Integer j) { return first + j * Integer(around.inner); };
    body(line[0] * Integer(around.inner) + line[1], at);
  });
}

}  // namespace wengert
