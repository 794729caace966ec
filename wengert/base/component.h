// SPDX-License-Identifier: Apache-2.0
//
// Components: shared libraries of this project that are opened when they are first needed, so that nothing else needs
// what they are linked with.
#pragma once

#include <string>

namespace wengert {

struct OpenedComponent {
  void* handle = nullptr;  ///< of dlopen, for dlsym; never closed
  std::string reason;      ///< why there is none
};

/// Opens the file `name`: as the environment variable `variable` names it, and nowhere else; or beside the program or
/// its library, where both were installed, in the folder that they were to be installed in, or where libraries are
/// (LD_LIBRARY_PATH, the program's run path).
///
/// shows_symbols : to libraries that are opened later, as MPI's own plugins need
OpenedComponent open_component(const char* name, const char* variable, bool shows_symbols = false);

}  // namespace wengert
