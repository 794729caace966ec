// SPDX-License-Identifier: Apache-2.0
//
// C text compiled and loaded, to be called: emitted functions beside the interpreter. Without a compiler (cc) tests of
// this kind are left out.
#pragma once

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "wengert/exec/emit_c.h"

namespace wengert {

inline const std::string strict_c = "cc -std=c99 -O2 -ffp-contract=off -Wall -Wextra -pedantic -Werror";

inline bool has_c_compiler() {
  static const bool has = std::system("cc --version > /dev/null 2>&1") == 0;
  return has;
}

/// What `command` writes, errors included, and how it ends.
struct Ran {
  int code = -1;
  std::string text;
};
inline Ran run_command(const std::string& command) {
  Ran ran;
  FILE* const pipe = ::popen((command + " 2>&1").c_str(), "r");
  for (char buffer[4096]; const size_t n = std::fread(buffer, 1, sizeof buffer, pipe);) ran.text.append(buffer, n);
  ran.code = ::pclose(pipe);
  return ran;
}

/// A folder of files, gone at its end.
class CFolder {
 public:
  CFolder() {
    std::string pattern = testing::TempDir() + "/wengert-c-XXXXXX";
    path_ = ::mkdtemp(pattern.data());
  }
  ~CFolder() { run_command("rm -rf '" + path_ + "'"); }
  CFolder(const CFolder&) = delete;
  CFolder& operator=(const CFolder&) = delete;
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ + "/" + name) << text;
    return path_ + "/" + name;
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// A shared object of C text.
class CompiledC {
 public:
  explicit CompiledC(const std::string& text, const std::string& compiler = strict_c, const std::string& name = "f.c") {
    const std::string file = folder_.write(name, text), object = folder_.path() + "/f.so";
    const Ran ran = run_command(compiler + " -shared -fPIC '" + file + "' -o '" + object + "' -lm");
    EXPECT_EQ(ran.code, 0) << ran.text.substr(0, 4000);
    library_ = ran.code == 0 ? ::dlopen(object.c_str(), RTLD_NOW | RTLD_LOCAL) : nullptr;
  }
  ~CompiledC() {
    if (library_ != nullptr) ::dlclose(library_);
  }
  CompiledC(const CompiledC&) = delete;
  CompiledC& operator=(const CompiledC&) = delete;
  explicit operator bool() const { return library_ != nullptr; }
  void* symbol(const std::string& name) const { return ::dlsym(library_, name.c_str()); }

 private:
  CFolder folder_;
  void* library_ = nullptr;
};

/// `int NAME_call(void** p)`, which passes p[0], p[1], ... on to NAME.
inline std::string call_through_pointers(const std::string& name, size_t parameters) {
  std::string text = "int " + name + "_call(void** p);\nint " + name + "_call(void** p) { return " + name + "(";
  for (size_t k = 0; k < parameters; ++k) text += (k == 0 ? "p[" : ", p[") + std::to_string(k) + "]";
  return text + "); }\n";
}

/// `int64_t NAME_call(int64_t points, void** p)` for a batched function.
inline std::string call_batch_through_pointers(const std::string& name, size_t parameters) {
  std::string text = "int64_t " + name + "_call(int64_t points, void** p);\nint64_t " + name +
                     "_call(int64_t points, void** p) { return " + name + "(points";
  for (size_t k = 0; k < parameters; ++k) text += ", p[" + std::to_string(k) + "]";
  return text + "); }\n";
}

/// Calls NAME_call; `status` is what it returns. `storage` : dtype of f64 arrays in the C function.
inline std::vector<Array> call_c(const CompiledC& code, const std::string& name, const std::vector<Array>& inputs,
                                 std::vector<Array> outputs, size_t workspace_bytes, int* status = nullptr) {
  std::vector<double> workspace(workspace_bytes / 8 + 1);
  std::vector<void*> pointers;
  for (const Array& x : inputs) pointers.push_back(const_cast<void*>(x.view().data));
  for (Array& y : outputs) pointers.push_back(y.mutable_view().data);
  pointers.push_back(workspace.data());
  const auto function = reinterpret_cast<int (*)(void**)>(code.symbol(name + "_call"));
  EXPECT_NE(function, nullptr) << name;
  const int returned = function == nullptr ? -1 : function(pointers.data());
  if (status != nullptr) *status = returned;
  return outputs;
}

}  // namespace wengert
