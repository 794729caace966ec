// SPDX-License-Identifier: Apache-2.0
//
// Numbers at a point as the texts of a picture.
#pragma once

#include "wengert/cli/local_derivatives.h"
#include "wengert/draw/diagram.h"

namespace wengert::cli {

/// Values into the boxes, partials onto the arrows, four significant digits.
Annotations annotations(const Program& p, const std::vector<Array>& values,
                        const std::vector<std::vector<LocalPartial>>& partials);

/// Adjoints into the boxes, if the Program has one scalar output of float dtype; otherwise they would be those of
/// which?
void annotate_adjoints(const Program& p, const std::vector<Array>& inputs, Annotations& notes);

}  // namespace wengert::cli
