// SPDX-License-Identifier: Apache-2.0
//
// A trained net as one C file, its weights in it: for what can have neither this library nor another.
#pragma once

#include "wengert/exec/emit_c.h"
#include "wengert/train/model_file.h"

namespace wengert {

struct CModelOptions {
  std::string name = "predict";
  bool main = false;  ///< a program that reads examples from standard input
};

/// NAME_net, as emit_c writes functions: (const float* x, float* outputs, void* workspace); and
///
///     void NAME(const float* x, float* outputs);     // the same with a workspace of its own: one thread at a time
///     int NAME_class(const float* outputs);          // the class, for classes; its name is NAME_classes[...]
///
/// x       : one example as the data have it, before scaling and standardization: features of a table (categories as 0 and
///           1), pixels (channels last), numbers of symbols
/// outputs : what `wengert predict` says: probabilities, or values in the data's units; of sequences a row a position
/// main    : reads numbers, or images as PGM (P2, P5), and writes a line for each example: the class and its
///           probability, or the values
/// Everything is computed in float. throws : UsageError W849 for main of a net that reads symbols; W720, W721 as emit_c
EmittedC emit_c_model(const Model& model, const CModelOptions& options = {});

}  // namespace wengert
