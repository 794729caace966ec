// SPDX-License-Identifier: Apache-2.0
//
// Dead code: lines that no output and no guard depends on.
#pragma once

#include "wengert/ir/program.h"

namespace wengert {

/// `p` without the lines that nothing needs, in nested bodies too. Inputs stay, and so do guards with what they look
/// at; an instruction with several results stays whole while one of them is needed.
///
/// cost : linear in the lines, constants' elements not counted
Program dead_code(const Program& p);

}  // namespace wengert
