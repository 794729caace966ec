// SPDX-License-Identifier: Apache-2.0
//
// The Programs of examples/tasks and examples/functions, as they were when the tool was built: wengert plan --tasks
// works wherever the tool is. Their source is made by cmake/embedded_functions.cmake.
#pragma once

#include <string_view>
#include <vector>

namespace wengert::cli {

struct EmbeddedFunction {
  std::string_view folder, name, text;  ///< "tasks" or "functions"; without its ending; the file's content
};

/// By folder and name.
const std::vector<EmbeddedFunction>& embedded_functions();

}  // namespace wengert::cli
