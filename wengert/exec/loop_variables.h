// SPDX-License-Identifier: Apache-2.0
//
// What a loop of a kernel shares among its iterations: what whoever runs several at once has to know.
#pragma once

#include <optional>
#include <vector>

#include "wengert/kernel/step_form.h"

namespace wengert {

/// The value of each integer register that is a constant.
std::vector<std::optional<int64_t>> known_integers(const Kernel& kernel);

/// Whether a buffer is scratch of an iteration of the loop at step `loop`.
inline bool is_of_iteration(const Kernel& kernel, uint32_t loop, uint32_t buffer) {
  const size_t scratch = first_scratch(kernel);
  return buffer >= scratch && kernel.scratch_loop[buffer - scratch] == loop;
}

/// Whether a variable, assigned by steps `copy`, is the loop's own: then no iteration hands it to the next.
/// cost: linear in the steps before the loop
bool begins_inside(const Kernel& kernel, uint32_t loop, Micro copy, uint32_t slot);

/// What a real variable gathers over the loop's iterations, in any order: add, minimum or maximum if it is read by nothing
/// else, and their results are what it is assigned. cost: linear in the loop's steps
std::optional<Micro> gathering_of(const Kernel& kernel, uint32_t loop, uint32_t slot);
inline bool is_sum(const Kernel& kernel, uint32_t loop, uint32_t slot) { return gathering_of(kernel, loop, slot) == Micro::add; }

}  // namespace wengert
