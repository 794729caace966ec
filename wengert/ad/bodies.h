// SPDX-License-Identifier: Apache-2.0
//
// What control records are handed to transform their bodies with.
#pragma once

#include "wengert/ir/transform.h"

namespace wengert {

const BodyTransforms& body_transforms();

}  // namespace wengert
