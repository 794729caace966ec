// SPDX-License-Identifier: Apache-2.0
//
// Random numbers inside a Program: pure functions of a key, an operand of two 32-bit words in i64[2]. They are those of
// Random in base/random.h, so that results depend on no order and no number of threads. Nothing is drawn from a hidden
// state: the same key gives the same numbers, and split_key makes as many unrelated keys as are needed.
#pragma once

#include "wengert/primitives/families.h"

namespace wengert {

extern const Nondifferentiable uniform_p, normal_p, split_key_p;

/// The two words of a key, high and low: a value for an input i64[2], or for constant().
Array random_key(uint64_t key);

/// Element k is the k-th number of Random(key).uniform(), in [0, 1); in f32 its leading 24 bits.
/// key   : i64[2], or i64[..., 2] for an array of keys, whose axes then stand in front of `shape`
/// dtype : by default the recording's float
/// throws: ShapeError W206
Expr uniform(Sited key, const Shape& shape, std::optional<DType> dtype = {});
/// Element k is the k-th number of Random(key).normal(): mean 0, variance 1. Otherwise as uniform.
Expr normal(Sited key, const Shape& shape, std::optional<DType> dtype = {});

/// The key of Random(key).split(stream): unrelated to `key` and to the keys of other streams. An array of streams or of
/// keys gives an array of keys; they broadcast. throws : ShapeError W203, W206
Expr split_key(Sited key, int64_t stream);
Expr split_key(Sited key, Expr stream);

}  // namespace wengert
