// SPDX-License-Identifier: Apache-2.0
//
// What a training writes down while it runs, for those who follow it: metrics.jsonl, a line an epoch, and TensorBoard's
// event file (io/tensorboard.h) with the same numbers. Both are written always: a few hundred bytes an epoch cost
// nothing, and who would like to see curves usually finds out when the run is under way.
#pragma once

#include "wengert/io/append_file.h"
#include "wengert/train/encoding.h"
#include "wengert/train/loop.h"

namespace wengert::cli {

class TrainingLog {
 public:
  /// Begins both files in `folder` anew with what the reports say. Where they are those of a training that is gone on
  /// with, epochs after the last report are cut off, and nothing is doubled.
  ///
  /// encoding : what scores are called, and their unit; must outlive this
  /// throws   : ResourceError W441
  TrainingLog(const std::string& folder, const std::vector<EpochReport>& reports, const Encoding& encoding);

  void epoch(const EpochReport& report);

 private:
  const Encoding& encoding_;
  AppendFile lines_, events_;
};

}  // namespace wengert::cli
