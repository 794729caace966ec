// SPDX-License-Identifier: Apache-2.0
#include "wengert/ad/hoisted.h"

#include "wengert/ad/linearize.h"
#include "wengert/passes/hoist.h"
#include "wengert/primitives/control.h"

namespace wengert {

Program with_hoisted_lines(const Program& p) {
  for (uint32_t i = 0; i < p.size(); ++i)
    if (const ValueId v{i}; &p.primitive(v) == &map_p || &p.primitive(v) == &scan_p) return hoist(with_origins(p));
  return p;
}

}  // namespace wengert
