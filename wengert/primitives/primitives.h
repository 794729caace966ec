// SPDX-License-Identifier: Apache-2.0
//
// All primitives' functions.
#pragma once

#include "wengert/primitives/arithmetic.h"
#include "wengert/primitives/elementary.h"
#include "wengert/primitives/rearrange.h"
#include "wengert/primitives/reduce.h"
#include "wengert/primitives/select.h"
