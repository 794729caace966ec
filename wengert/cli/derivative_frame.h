// SPDX-License-Identifier: Apache-2.0
//
// What the verbs grad, jvp, vjp, jacobian, hessian and hvp share: load, differentiate, simplify, then print or run.
#pragma once

#include <functional>

#include "wengert/ad/derivatives.h"
#include "wengert/cli/output.h"
#include "wengert/cli/program_source.h"

namespace wengert::cli {

/// One differentiation under way.
struct Differentiation {
  Context& context;
  Point point;
  std::vector<size_t> wrt;  ///< the inputs that vary; never empty
  Program merged;           ///< the Program with equal lines merged: what is differentiated; as it is under --trap-nan

  const Program& program() const { return point.program; }
  std::vector<std::string> varying_names() const;
  std::vector<Type> varying_types() const;
  /// The values of `derivative` at the point, its further inputs being `more`. The Program itself is run before: outputs
  /// that are NaN are named on standard error and in the document's "nan_outputs", since a derivative may be a number there.
  /// throws : DomainError W301 under --trap-nan, of the Program's own operations first
  std::vector<Array> run(const Program& derivative, std::vector<Array> more = {}) const;
};

/// throws : what load and varying throw; UsageError W131 for an input without derivative, W612 if no input has one
Differentiation begin_differentiation(Context& context);
/// The same of a Program that is loaded; its inputs need no values.
Differentiation begin_differentiation(Context& context, Point point);

/// The stages "differentiate" and "simplify". Under --emit the Program is printed.
/// returns: the simplified derivative, or nothing where it was printed
std::optional<Program> differentiated(const Differentiation& d, const std::function<Program()>& differentiate);

/// The first outputs, which are the values of the Program itself.
void show_values(const Differentiation& d, std::span<const Array> values);

/// The names of the modes of jacobian() and the mode of that name; "auto": by shape.
std::vector<std::string_view> jacobian_modes();
JacobianMode jacobian_mode(std::string_view name);

/// "df/dx".
std::string derivative_label(const std::string& of, const std::string& by);

/// --wrt --emit --trap-nan and the options of every Program, then `more`, then those of engines.
std::vector<Option> derivative_options(const std::vector<Option>& more = {});

}  // namespace wengert::cli
