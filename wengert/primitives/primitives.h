// SPDX-License-Identifier: Apache-2.0
//
// All primitives' functions.
#pragma once

#include "wengert/primitives/arithmetic.h"
#include "wengert/primitives/elementary.h"
#include "wengert/primitives/rearrange.h"
#include "wengert/primitives/reduce.h"
#include "wengert/primitives/select.h"
#include "wengert/primitives/activation.h"
#include "wengert/primitives/control.h"
#include "wengert/primitives/convert.h"
#include "wengert/primitives/convolution.h"
#include "wengert/primitives/factorize.h"
#include "wengert/primitives/foreign.h"
#include "wengert/primitives/guard.h"
#include "wengert/primitives/index.h"
#include "wengert/primitives/linalg.h"
#include "wengert/primitives/pooling.h"
#include "wengert/primitives/sample.h"
#include "wengert/primitives/slice.h"
#include "wengert/primitives/softmax.h"
#include "wengert/primitives/windows.h"
