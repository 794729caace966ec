// SPDX-License-Identifier: Apache-2.0
//
// Errors: one class, five kinds, stable ids. A message says what happened with the numbers in it, where (the user's
// source line and the instruction), and what to do. The ids have a section each in docs/errors.md.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace wengert {

/// A place in the user's source; `here()` as a default argument is the caller's line.
struct Site {
  static constexpr uint16_t no_operation = 0xffff;

  const char* file = nullptr;
  int line = 0;
  // Lines of a derivative: the line that they come from in the Program that was differentiated (first).
  uint32_t value = 0;
  uint16_t operation = no_operation;  ///< what stands on that line: a primitive's number in the registry
  bool derivative = false;            ///< whether this computes its derivative, or is that line again

  static constexpr Site here(const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    Site site;
    site.file = file;
    site.line = line;
    return site;
  }
  explicit operator bool() const { return file != nullptr; }
  friend bool operator==(const Site&, const Site&) = default;
};

/// "mlp.cpp:41", without directories; empty for an unknown site.
std::string to_string(Site site);

enum class ErrorKind { usage, shape, domain, resource, internal };

/// "usage", "shape", ...
std::string_view to_string(ErrorKind kind);

/// The base of everything the library throws. what() is the whole message, two or three lines:
///
///     W201 shape: matmul needs equal inner extents; left is f64[32,784], right is f64[785,10] (784 vs 785)
///       at mlp.cpp:41, %17 = matmul %12 %3 in program "loss"
///       fix: ...
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, std::string_view id, std::string what, std::string where, std::string fix);

  ErrorKind kind() const { return kind_; }
  const std::string& id() const { return id_; }        ///< "W201"
  const std::string& problem() const { return problem_; }  ///< the first line without id and kind
  const std::string& where() const { return where_; }  ///< may be empty
  const std::string& fix() const { return fix_; }      ///< may be empty

  /// The same error with a place; `where` is used only if there was none.
  [[noreturn]] void rethrow_at(const std::string& where) const;

 private:
  ErrorKind kind_;
  std::string id_, problem_, where_, fix_;
};

/// One class a kind, so that a caller can catch what the user can mend.
template <ErrorKind K>
class ErrorOf : public Error {
 public:
  ErrorOf(std::string_view id, std::string what, std::string where = {}, std::string fix = {})
      : Error(K, id, std::move(what), std::move(where), std::move(fix)) {}
};
using UsageError = ErrorOf<ErrorKind::usage>;
using ShapeError = ErrorOf<ErrorKind::shape>;
using DomainError = ErrorOf<ErrorKind::domain>;
using ResourceError = ErrorOf<ErrorKind::resource>;
using InternalError = ErrorOf<ErrorKind::internal>;

}  // namespace wengert
