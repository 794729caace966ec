// SPDX-License-Identifier: Apache-2.0
//
// A kernel at several points at once, in the vectors of gcc and clang (__attribute__((vector_size))), a lane a point.
// What is the same for all points (indices, constants, tables) stays a scalar; sums, products and choices are
// operations on vectors; everything else, functions of libm and integers of a point's own among it, goes lane by lane,
// as the statement for one point. Each lane's bits are those of the statements for one point, without contraction.
#pragma once

#include <optional>

#include "wengert/exec/c_writer.h"

namespace wengert {

/// Which registers differ from point to point; nothing where a loop's length does, which vectors cannot follow.
/// `strides` : as CKernelStyle's
std::optional<std::vector<std::vector<bool>>> varying_registers(const Kernel& kernel,
                                                                const std::vector<std::string>& strides);

class CLaneWriter : public CWriter {
 public:
  CLaneWriter(const Kernel& kernel, const CKernelStyle& style);

 protected:
  std::string type_of(RegisterId id) const override;
  std::string initial(RegisterId id) const override;
  CExpression use(RegisterId id) override;
  CExpression element(uint32_t buffer, const CExpression& index) override;
  void step(size_t at, const MicroStep& s) override;

 private:
  bool varies(RegisterId id) const { return varying_[static_cast<size_t>(id.kind)][id.slot]; }
  bool of_points(uint32_t buffer) const { return !style_.strides[buffer].empty(); }
  bool has_vectors(uint32_t buffer) const;
  std::string macro(std::string_view text) const { return style_.prefix + "_" + std::string(text); }
  std::string vector(RegisterId id);
  std::string truth(uint32_t slot);
  std::string packed(uint32_t buffer, const std::string& index, bool written);
  std::string operation(const MicroStep& s);
  std::string logic(const MicroStep& s);
  void assign_vector(RegisterId id, size_t at, const std::string& text);
  void assign_each(RegisterId id, size_t at, const CExpression& e);
  void store_lanes(const MicroStep& s);

  std::vector<std::vector<bool>> varying_;
};

/// The types and macros that such statements need, of those that `text` names, for vectors of `lanes` points.
std::string c_lane_definitions(const std::string& prefix, int lanes, bool single, const std::string& text);

}  // namespace wengert
