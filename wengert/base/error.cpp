// SPDX-License-Identifier: Apache-2.0
#include "wengert/base/error.h"

#include <array>

namespace wengert {
namespace {

std::string message(ErrorKind kind, std::string_view id, const std::string& what, const std::string& where,
                    const std::string& fix) {
  std::string text = std::string(id) + " " + std::string(to_string(kind)) + ": " + what;
  if (!where.empty()) text += "\n  at " + where;
  if (!fix.empty()) text += "\n  fix: " + fix;
  return text;
}

}  // namespace

std::string to_string(Site site) {
  if (!site) return {};
  const std::string_view path = site.file;
  const auto slash = path.rfind('/');
  const auto name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  return std::string(name) + ":" + std::to_string(site.line);
}

std::string_view to_string(ErrorKind kind) {
  static constexpr std::array<std::string_view, 5> names{"usage", "shape", "domain", "resource", "internal"};
  return names[static_cast<size_t>(kind)];
}

Error::Error(ErrorKind kind, std::string_view id, std::string what, std::string where, std::string fix)
    : std::runtime_error(message(kind, id, what, where, fix)),
      kind_(kind), id_(id), problem_(std::move(what)), where_(std::move(where)), fix_(std::move(fix)) {}

void Error::rethrow_at(const std::string& where) const {
  const std::string& place = where_.empty() ? where : where_;
  switch (kind_) {
    case ErrorKind::usage: throw UsageError(id_, problem_, place, fix_);
    case ErrorKind::shape: throw ShapeError(id_, problem_, place, fix_);
    case ErrorKind::domain: throw DomainError(id_, problem_, place, fix_);
    case ErrorKind::resource: throw ResourceError(id_, problem_, place, fix_);
    case ErrorKind::internal: break;
  }
  throw InternalError(id_, problem_, place, fix_);
}

}  // namespace wengert
