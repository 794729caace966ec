// SPDX-License-Identifier: Apache-2.0
#include "wengert/passes/scalar_list.h"

#include <fmt/format.h>

#include "wengert/primitives/convert.h"

namespace wengert {

Elements elements_of(const Array& array) {
  Elements elements(static_cast<size_t>(array.elements()));
  for (size_t i = 0; i < elements.size(); ++i) {
    const auto at = static_cast<int64_t>(i);
    if (array.dtype() == DType::i64)
      elements[i].integer = array.values<int64_t>()[i];
    else if (array.dtype() == DType::boolean)
      elements[i].integer = array.values<bool>()[i];
    else
      elements[i].real = array[at];
  }
  return elements;
}

void ScalarList::reserve(size_t more) const {
  if (to_.size() + more <= limit_) return;
  throw ResourceError("W450",
                      fmt::format("program \"{}\" as scalars needs more than {} lines (at least {})", to_.view().name(),
                                  limit_, to_.size() + more),
                      {}, "keep the large arrays as arrays, or raise the limit");
}

Elements ScalarList::make(const Primitive& primitive, std::span<const ValueId> operands, const Attributes& attributes,
                          int results) {
  reserve(static_cast<size_t>(results));
  const ValueId first = simplifier_.make(primitive, operands, attributes);
  Elements elements;
  for (uint32_t k = 0; k < static_cast<uint32_t>(results); ++k)
    elements.push_back(element(ValueId{static_cast<uint32_t>(first) + k}));
  return elements;
}

Element ScalarList::element(ValueId value) const {
  if (!to_.view().is_constant(value)) return {value};
  return elements_of(to_.view().constant(value))[0];
}

ValueId ScalarList::value(const Element& element, DType dtype) {
  if (!element.known()) return element.value;
  reserve(1);
  if (is_float(dtype)) return to_.literal(element.real, dtype);
  Array scalar(Type{dtype, {}});
  if (dtype == DType::i64)
    scalar.mutable_values<int64_t>()[0] = element.integer;
  else
    scalar.mutable_values<bool>()[0] = element.integer != 0;
  return simplifier_.constant(scalar);
}

Element ScalarList::converted(const Element& element, DType dtype) {
  if (element.known())
    return {no_value, dtype == DType::f32 ? static_cast<double>(static_cast<float>(element.real)) : element.real};
  if (simplifier_.type(element.value).dtype == dtype) return element;
  return make(convert_p, {element.value}, {{"dtype", dtype}});
}

}  // namespace wengert
