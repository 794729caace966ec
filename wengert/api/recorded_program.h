// SPDX-License-Identifier: Apache-2.0
//
// RecordedProgram: what a Function keeps of one recording: the Program without guards, the conditions under which it
// holds, and executables of it and its derivatives, for a point and for blocks of points, made when first asked for.
// Immutable to its users; several threads may use one.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "wengert/exec/executable.h"
#include "wengert/trace/record.h"

namespace wengert {

class RecordedProgram {
 public:
  enum class Purpose { values, conditions, gradient, jacobian };  ///< gradient: y, then dy/dx

  /// jacobian_work : as in FunctionOptions
  RecordedProgram(const RealList& list, int64_t jacobian_work);

  size_t inputs() const { return open_.program.inputs(); }
  size_t outputs() const { return outputs_; }

  /// One flag a point: do all comparisons come out there as recorded? points: row-major [count, inputs]
  std::vector<bool> holds_at(std::span<const double> points, size_t count) const;
  /// Results at points where it holds, row-major [count, results of the Program for that purpose].
  /// throws : UsageError W151 for a derivative, if the results were computed from numbers taken out of the recording;
  ///          ShapeError W210 for the gradient of several results
  std::vector<double> run(Purpose purpose, std::span<const double> points, size_t count) const;

  /// Where another recording took another path than this one, in words.
  std::string first_difference(const RecordedProgram& other) const;

 private:
  Program program_for(Purpose purpose) const;
  size_t results(Purpose purpose) const;
  const Executable& executable(Purpose purpose, size_t block) const;
  template <class T>
  void run_blocks(Purpose purpose, std::span<const double> points, size_t count, std::span<T> results) const;

  OpenProgram open_;
  size_t outputs_;
  int64_t jacobian_work_;
  std::vector<RealGuard> guards_;
  std::optional<UsageError> detached_;
  mutable std::mutex mutex_;
  mutable std::map<std::pair<Purpose, size_t>, std::unique_ptr<const Executable>> executables_;
};

}  // namespace wengert
