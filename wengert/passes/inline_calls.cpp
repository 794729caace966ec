// SPDX-License-Identifier: Apache-2.0
#include "wengert/passes/inline_calls.h"

#include <fmt/format.h>

#include "wengert/passes/rewrite.h"
#include "wengert/primitives/control.h"

namespace wengert {
namespace {

[[noreturn]] void too_many_lines(const Program& p, ValueId v, size_t limit) {
  throw ResourceError("W450",
                      fmt::format("inlining the calls of program \"{}\" needs more than {} lines", p.name(), limit),
                      p.where(v), "raise the limit, or leave the call a call");
}

}  // namespace

Program inline_calls(const Program& p, size_t limit) {
  Rewriter rewriter(p);
  BodyRewriter bodies([limit](const Program& body) { return inline_calls(body, limit); });
  for_each_instruction(p, [&](ValueId v) {
    if (&p.primitive(v) != &call_p) return void(rewriter.copy(v, bodies(p.attributes(v))));
    const Attributes attributes = bodies(p.attributes(v));
    const Program& body = attributes.program("body");
    if (rewriter.to().size() + body.size() > limit) too_many_lines(p, v, limit);
    const auto outputs = append_lines(body, rewriter.operands(v), rewriter.to());
    for (uint32_t k = 0; k < outputs.size(); ++k) rewriter.set(ValueId{static_cast<uint32_t>(v) + k}, outputs[k]);
  });
  return rewriter.finish();
}

}  // namespace wengert
