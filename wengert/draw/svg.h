// SPDX-License-Identifier: Apache-2.0
//
// Diagrams as self-contained SVG, laid out by layout.h; no Graphviz needed.
#pragma once

#include "wengert/draw/diagram.h"

namespace wengert {

/// The picture: inputs blue, results orange, folded groups with a shadow; values in the boxes and partials on the
/// arrows where the diagram has them.
std::string svg(const Diagram& diagram);

}  // namespace wengert
