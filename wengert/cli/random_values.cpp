// SPDX-License-Identifier: Apache-2.0
#include "wengert/cli/random_values.h"

#include <algorithm>

#include "wengert/base/random.h"

namespace wengert::cli {

Option random_option() {
  return {.names = "--random", .value = "KEY", .help = "Random values for the float inputs that --at does not name"};
}

void fill_randomly(const Context& context, Point& point) {
  if (!context.arguments().has("random")) return;
  const Random key(static_cast<uint64_t>(context.arguments().integer("random", 0)));
  for (size_t k = 0; k < point.program.inputs(); ++k) {
    const std::string name = input_name(point.program, k);
    const Type& type = point.program.type(ValueId{static_cast<uint32_t>(k)});
    if (!is_float(type.dtype) || std::ranges::find(point.given, name, &NamedValue::name) != point.given.end()) continue;
    Random stream = key.split(k);
    Array value(Type{DType::f64, type.shape});
    for (double& x : value.mutable_values<double>()) x = stream.normal();
    point.given.push_back({name, std::move(value)});
  }
}

}  // namespace wengert::cli
