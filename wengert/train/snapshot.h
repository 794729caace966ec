// SPDX-License-Identifier: Apache-2.0
//
// A training on disk, so that it can be stopped (or killed) and gone on with: the whole TrainingState bit for bit, and
// the settings it was begun with. The file is safetensors; it is replaced in one piece, so that at every moment the last
// snapshot or the one before it is there whole, and it carries a checksum of all that is in it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "wengert/train/loop.h"

namespace wengert {

struct Snapshot {
  TrainingState state;
  std::vector<std::pair<std::string, std::string>> settings = {};  ///< name and value; names do not repeat
};

/// throws : ResourceError W441 if it cannot be written: the file before it stays
void write_snapshot(const std::string& path, const Snapshot& snapshot);

/// throws : UsageError W860 if the file is no snapshot, W861 if its content is not what was written;
///          ResourceError W440; what read_safetensors throws
Snapshot read_snapshot(const std::string& path);

/// A number that data of other rows, values or order would not have: to see that a training goes on with its own.
std::string fingerprint(const Split& data);

}  // namespace wengert
