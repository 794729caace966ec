// SPDX-License-Identifier: Apache-2.0
//
// Values on the command line: x=2,A=[[1,2],[3,4]],mask=[true,false],n=i64 3,w=@weights.npy.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wengert/base/array.h"
#include "wengert/ir/program.h"

namespace wengert::cli {

/// A value and its name; the name is empty where only a value was given.
struct NamedValue {
  std::string name;
  Array value;
  bool typed = false;                  ///< its dtype was written or comes from a file
  std::optional<Array> integers = {};  ///< the same as i64, where f64 may not hold every digit
};

/// Values parted by commas; names that hold other signs than f[0] stand in backquotes. Numbers are f64 unless a dtype
/// stands before them; nested brackets are axes; @FILE is an npy file, or FILE.npz:NAME an array of an npz file.
///
/// option : what they were given to, for messages ("--at")
/// throws : UsageError W605 for a text that is none, or a name given twice; what the reader of the file throws
std::vector<NamedValue> parse_values(std::string_view text, std::string_view option);
/// The values of all occurrences of an option. throws : as parse_values
std::vector<NamedValue> parse_values(const std::vector<std::string>& texts, std::string_view option);

/// "x=f64[3],n=i64": names and types. throws : UsageError W605
std::vector<std::pair<std::string, Type>> parse_types(const std::vector<std::string>& texts);

/// `value` as an array of `type`: floats are rounded, whole numbers become integers.
///
/// what   : what it is for, for messages ("input x of program \"f\"")
/// throws : ShapeError W607 if the shape is another or the number has no place in the dtype, UsageError W605 for a
///          number that f32 cannot hold
Array fitted(const NamedValue& value, const Type& type, const std::string& what);

}  // namespace wengert::cli
