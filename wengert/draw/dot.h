// SPDX-License-Identifier: Apache-2.0
//
// Diagrams as text for Graphviz: dot -Tpdf f.dot -o f.pdf.
#pragma once

#include "wengert/draw/diagram.h"

namespace wengert {

/// A digraph in the DOT language.
std::string dot(const Diagram& diagram);

}  // namespace wengert
