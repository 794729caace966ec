// SPDX-License-Identifier: Apache-2.0
//
// Lines of a derivative belong to lines of the Program that is differentiated: that is what a message about them names,
// and never a place in the source of the library.
#pragma once

#include <string>
#include <utility>

#include "wengert/ir/expr.h"

namespace wengert {

/// A recording of the library's own.
struct DerivedRecording : Recording {
  explicit DerivedRecording(std::string name) : Recording(std::move(name)) { fixed_site = true; }
};

/// While it lives, the lines of the current recording get this site.
class SiteScope {
 public:
  explicit SiteScope(Site site) : recording_(Recording::current()), outer_(std::exchange(recording_.site, site)) {}
  ~SiteScope() { recording_.site = outer_; }
  SiteScope(const SiteScope&) = delete;
  SiteScope& operator=(const SiteScope&) = delete;

 private:
  Recording& recording_;
  Site outer_;
};

}  // namespace wengert
