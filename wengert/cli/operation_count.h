// SPDX-License-Identifier: Apache-2.0
//
// A count of operations as text and as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "wengert/exec/operation_count.h"

namespace wengert::cli {

/// "52 operations, 3 of them functions, and 12 elements loaded or stored".
std::string to_string(const OperationCount& count);
nlohmann::ordered_json to_json(const OperationCount& count);

}  // namespace wengert::cli
