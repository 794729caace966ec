// SPDX-License-Identifier: Apache-2.0
#include "wengert/cli/operation_count.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace wengert::cli {

std::string to_string(const OperationCount& count) {
  return fmt::format("{}{:.10g} operations, {:.10g} of them functions, and {:.10g} elements loaded or stored", count.exact ? "" : "about ",
                     count.arithmetic + count.functions, count.functions, count.memory);
}

nlohmann::ordered_json to_json(const OperationCount& count) {
  return {{"arithmetic", count.arithmetic}, {"functions", count.functions}, {"memory", count.memory}, {"exact", count.exact}};
}

}  // namespace wengert::cli
