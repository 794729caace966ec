// SPDX-License-Identifier: Apache-2.0
//
// What the tests of readers and writers share: a folder that goes away, errors as values, and damaged copies.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "wengert/base/error.h"
#include "wengert/io/file.h"

namespace wengert {

/// A new folder, removed with everything in it at the end of its scope.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = testing::TempDir() + "/wengert-io-XXXXXX";
    path_ = ::mkdtemp(pattern.data());
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }
  size_t files() const { return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(path_), {})); }

 private:
  std::string path_;
};

/// The message of the error that `f` throws, or "no error".
template <class F> std::string message_of(F f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

inline Bytes joined(std::initializer_list<ByteView> parts) {
  Bytes result;
  for (ByteView part : parts) append(result, part);
  return result;
}

inline Bytes bytes(std::string_view text) { return Bytes(text.begin(), text.end()); }

/// Every proper prefix of a valid file must be refused with an error of reading, W4xx or W5xx.
inline void expect_no_prefix_is_read(const Bytes& valid, const std::function<void(const Bytes&)>& read) {
  ASSERT_NO_THROW(read(valid));
  for (size_t size = 0; size < valid.size(); ++size) {
    const std::string message =
        message_of([&] { read(Bytes(valid.begin(), valid.begin() + static_cast<long>(size))); });
    EXPECT_THAT(message, testing::ContainsRegex("^W[45]..")) << size << " of " << valid.size() << " bytes";
  }
}

/// With any one byte changed a file is read or refused, without a crash and without another exception.
inline void expect_no_crash_on_changed_bytes(const Bytes& valid, const std::function<void(const Bytes&)>& read) {
  for (size_t at = 0; at < valid.size(); ++at) {
    for (unsigned char change : {0x01, 0x80, 0xff}) {
      Bytes changed = valid;
      changed[at] ^= change;
      EXPECT_NO_FATAL_FAILURE(message_of([&] { read(changed); })) << "byte " << at;
    }
  }
}

}  // namespace wengert
