// SPDX-License-Identifier: Apache-2.0
#include "wengert/primitives/guard.h"

namespace wengert {

const Guard guard_p{{
    .name = "guard",
    .infer = [](const Signature& s) -> std::vector<Type> {
      s.require(s.operands[0] == boolean(), "a bool scalar", "guard one comparison of scalars; for arrays use select");
      (void)s.attributes.flag("expected");
      return {boolean()};
    },
    .kernel = [](KernelBuilder& k, const Attributes& attributes) {
      const Boolean condition = k.operand(0).boolean(0);
      k.result().store(Integer(0), attributes.flag("expected") ? condition : logical_not(condition));
    },
    .examples = [] {
      const Array no(boolean()), yes = Array::filled(boolean(), 1);
      return std::vector<Example>{{{yes}, {{"expected", true}}, {yes}}, {{no}, {{"expected", false}}, {yes}}};
    },
    .note = "the outcome of a comparison; constant wherever the recording is valid",
    .attributes = {{"expected", AttributeField::Kind::flag, "the outcome the operand had when it was recorded", "false"}}}};

Expr guard(Sited condition, bool expected) { return guard_p(condition, {}, {{"expected", expected}}); }

}  // namespace wengert
