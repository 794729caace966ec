// SPDX-License-Identifier: Apache-2.0
//
// Workspaces of an executable: a run takes one that is idle, or makes one, and gives it back, so that an executable may be
// run by several threads and nothing is allocated from the second run on.
#pragma once

#include <fmt/format.h>

#include <memory>
#include <mutex>
#include <new>
#include <vector>

#include "wengert/base/error.h"
#include "wengert/ir/program.h"

namespace wengert {

template <class Workspace> class WorkspacePool {
 public:
  /// make() -> std::unique_ptr<Workspace>.
  /// throws : ResourceError W401 naming program and bytes, if there is no memory
  template <class Make> std::unique_ptr<Workspace> take(const Program& program, size_t bytes, Make make) {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        auto workspace = std::move(idle_.back());
        idle_.pop_back();
        return workspace;
      }
    }
    try {
      return make();
    } catch (const std::bad_alloc&) {
      throw ResourceError("W401", fmt::format("no memory to run program \"{}\": {} bytes", program.name(), bytes), {},
                          "use smaller inputs, or loop over them with map");
    }
  }
  void give_back(std::unique_ptr<Workspace> workspace) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(workspace));
  }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<Workspace>> idle_;
};

}  // namespace wengert
