// SPDX-License-Identifier: Apache-2.0
//
// safetensors files that notice damage: a checksum stands in their metadata under "crc32", over everything that the
// file says: names, types, shapes and bytes of its arrays, and the other metadata. Neither order nor spaces count, so
// the file can be written again by other tools. A changed byte, or up to 32 bits in a row, never goes unnoticed.
#pragma once

#include <string>

#include "wengert/io/safetensors.h"

namespace wengert {

/// Instead of the checksum: the file was changed on purpose.
inline constexpr char unchecked_content[] = "unchecked";

/// Eight hexadecimal digits: CRC-32 over the CRC-32s of the parts, in the order of their names. cost: one pass
std::string checksum(const Tensors& tensors);

/// What is wrong with the checksum of `tensors`, as the end of a sentence about the file; empty if nothing is.
std::string checksum_problem(const Tensors& tensors);

/// write_safetensors, with the checksum added to the metadata; throws what it throws.
void write_checked(const std::string& path, Tensors tensors);

}  // namespace wengert
