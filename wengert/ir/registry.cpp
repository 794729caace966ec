// SPDX-License-Identifier: Apache-2.0
#include "wengert/ir/registry.h"

#include <array>
#include <atomic>
#include <fmt/format.h>
#include <map>
#include <mutex>
#include <vector>

#include "wengert/ir/primitive.h"

namespace wengert {

// Defined one floor up, in primitives/all.cpp: the one call upward, so that a static library keeps every family.
const std::vector<const Primitive*>& library_primitives();

namespace {

/// A table that only grows: a number once given out is read without a lock.
struct Registry {
  std::array<const Primitive*, 4096> records{};
  std::atomic<size_t> count{0};
  std::map<std::string_view, const Primitive*> by_name;
  std::mutex mutex;
};

Registry& registry() {
  static Registry instance;
  return instance;
}

}  // namespace

const Primitive* find_primitive(std::string_view name) {
  library_primitives();
  Registry& all = registry();
  const std::lock_guard lock(all.mutex);
  const auto found = all.by_name.find(name);
  return found == all.by_name.end() ? nullptr : found->second;
}

std::span<const Primitive* const> primitives() { return {registry().records.data(), registry().count.load()}; }

uint16_t register_primitive(const Primitive& primitive) {
  Registry& all = registry();
  const std::lock_guard lock(all.mutex);
  const size_t id = all.count.load();
  if (id == all.records.size())
    throw ResourceError("W402", fmt::format("the registry holds at most {} primitives", all.records.size()), {},
                        "make each record once, as a global, and give what varies as an attribute or operand");
  if (!all.by_name.try_emplace(primitive.name, &primitive).second)
    throw UsageError("W105", fmt::format("a primitive named \"{}\" is registered already", primitive.name), {},
                     "give the record another name");
  all.records[id] = &primitive;
  all.count.store(id + 1);
  return static_cast<uint16_t>(id);
}

}  // namespace wengert
