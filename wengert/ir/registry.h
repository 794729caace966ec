// SPDX-License-Identifier: Apache-2.0
//
// Every Primitive by name and by number. Records join when they are constructed (the library's are listed by
// primitives/all.cpp, a user's are globals of his own file) and never leave.
#pragma once

#include <span>
#include <string_view>

namespace wengert {

class Primitive;

/// The record of that name, or null.
const Primitive* find_primitive(std::string_view name);
/// All records, in the order in which they joined.
std::span<const Primitive* const> primitives();

/// Called by Primitive's constructor. throws : UsageError W105 for a name already taken, ResourceError W402 beyond 4096
uint16_t register_primitive(const Primitive& primitive);

}  // namespace wengert
