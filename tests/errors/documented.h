// SPDX-License-Identifier: Apache-2.0
//
// Errors as docs/errors.md states them: the page's examples are what these tests run, so that it cannot go stale.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "wengert/base/error.h"

namespace wengert {

using testing::HasSubstr;

inline const std::string& errors_page() {
  static const std::string page = [] {
    std::ostringstream text;
    text << std::ifstream(WENGERT_SOURCE_DIR "/docs/errors.md").rdbuf();
    return text.str();
  }();
  return page;
}

/// The section "## Wnnn ..." of the page, or nothing.
inline std::string errors_section(const std::string& id) {
  const auto begin = errors_page().find("\n## " + id + " ");
  return begin == std::string::npos ? "" : errors_page().substr(begin, errors_page().find("\n#", begin + 2) - begin);
}

/// The error that f ends with; "none" if it ends well.
template <class F> Error error_of(F f) {
  try {
    f();
  } catch (const Error& error) {
    return error;
  }
  return UsageError("none", "no error");
}

/// The error that f ends with: it must be `id`, and what it says and its remedy, for it has one, stand word for word in
/// its section.
template <class F> Error documented(const std::string& id, F f) {
  const Error error = error_of(f);
  EXPECT_EQ(error.id(), id) << error.what();
  const std::string message = error.what();
  EXPECT_THAT(errors_section(id), HasSubstr(message.substr(0, message.find('\n')) + "\n"));
  EXPECT_NE(error.fix(), "") << error.what();
  EXPECT_THAT(errors_section(id), HasSubstr("\n  fix: " + error.fix() + "\n"));
  return error;
}

}  // namespace wengert
