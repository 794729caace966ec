// SPDX-License-Identifier: Apache-2.0
//
// Foreign: a function of the user's own, in C or C++ or behind a library's interface, as an operation. Nothing is known
// of its inside, so it has no derivative of its own: differentiating through it is an error until custom_jvp or
// custom_vjp (control.h) gives one. A record is a global, like every other:
//
//     const Foreign price_p("price", 2,
//         [](const Signature& s) { return std::vector{s.operands[0]}; },
//         [](std::span<const ConstView> in, std::span<const View> out) {
//           *out[0].as<double>() = price(*in[0].as<double>(), *in[1].as<double>());
//         });
#pragma once

#include <functional>

#include "wengert/ir/primitive.h"

namespace wengert {

class Foreign : public Primitive {
 public:
  using Infer = std::function<std::vector<Type>(const Signature&)>;
  /// Operands, then results; called from several threads at once if Programs are run by several.
  using Function = std::function<void(std::span<const ConstView>, std::span<const View>)>;

  Foreign(std::string_view name, int arity, Infer infer, Function function, std::string_view note = "a foreign function");

  bool has_kernel() const override { return false; }
  std::vector<Type> infer(const Signature& s) const override { return infer_(s); }
  void run_bodies(std::span<const ConstView> in, std::span<const View> out, const Attributes&,
                  const std::function<BodyRunner(std::string_view)>&) const override {
    function_(in, out);
  }
  /// throws : UsageError W130, always
  Tangents jvp(const JvpRule& rule) const override;

  /// Records a call.
  Expr operator()(Sited first, std::initializer_list<Expr> rest = {}) const;

 private:
  Infer infer_;
  Function function_;
};

}  // namespace wengert
