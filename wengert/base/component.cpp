// SPDX-License-Identifier: Apache-2.0
#include "wengert/base/component.h"

#include <cstdlib>
#include <dlfcn.h>
#include <filesystem>
#include <vector>

namespace wengert {
namespace {

constexpr char marker = 0;  // its address is in this library

/// Of this library, and of the program: where it is linked into the program, the loader knows it by the word that the
/// program was called by ("wengert", found by PATH), which may name no file here.
std::vector<std::filesystem::path> own_folders() {
  std::vector<std::filesystem::path> folders;
  std::error_code none;
  Dl_info info;
  if (dladdr(&marker, &info) != 0 && info.dli_fname != nullptr) folders.push_back(std::filesystem::canonical(info.dli_fname, none).parent_path());
  folders.push_back(std::filesystem::read_symlink("/proc/self/exe", none).parent_path());
  return folders;
}

std::vector<std::string> places(const char* name, const char* variable) {
  if (const char* const given = std::getenv(variable); given != nullptr && *given != '\0') return {given};
  std::vector<std::string> all;
  for (const auto& folder : own_folders()) {
    if (folder.empty()) continue;
    for (const auto& place :
         {folder, folder.parent_path(), folder / "wengert", folder.parent_path() / WENGERT_LIBRARY_FOLDER})
      all.push_back((place / name).string());
  }
  all.push_back((std::filesystem::path(WENGERT_INSTALL_FOLDER) / name).string());
  all.emplace_back(name);
  return all;
}

}  // namespace

OpenedComponent open_component(const char* name, const char* variable, bool shows_symbols) {
  OpenedComponent result;
  bool found = false;  // a file of the name that could not be loaded says more than a folder without one
  for (const std::string& path : places(name, variable)) {
    result.handle = dlopen(path.c_str(), RTLD_NOW | (shows_symbols ? RTLD_GLOBAL : RTLD_LOCAL));
    if (result.handle != nullptr) break;
    const char* const why = dlerror();
    std::error_code none;
    const bool is_there = std::filesystem::exists(path, none);
    if (why != nullptr && (result.reason.empty() || (is_there && !found))) result.reason = why;
    found |= is_there;
  }
  return result;
}

}  // namespace wengert
