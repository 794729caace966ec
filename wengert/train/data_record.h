// SPDX-License-Identifier: Apache-2.0
//
// How the data of a training were read and parted. It stands in the model file, so that what was held out of the training can be
// found again in the same data.
#pragma once

#include "wengert/train/read_data.h"

namespace wengert {

struct DataRecord {
  DataOptions options;       ///< pictures and dtype aside: the encoding and the weights say those
  int64_t examples = 0;      ///< of all parts together
  std::string fingerprint;   ///< of the parts (train/snapshot.h)

  /// Whether a part of the data was held out of them, rather than given apart.
  bool held_out() const { return options.test_paths.empty() && (options.test > 0 || options.validation > 0); }
};

DataRecord record_of(const DataOptions& options, const Split& data);

/// As a JSON text; reading gives back an equal record.
std::string to_json(const DataRecord& record);
/// throws : UsageError W829 if the text is no record; those of parse_json
DataRecord record_from_json(std::string_view text, std::string_view name);

/// Reads the data of a training again, parted as they were.
///
/// encoding, dtype : of the model
/// throws : UsageError W870 if these are other data, or are parted otherwise; as read_data
Split read_parts(std::span<const std::string> paths, const DataRecord& record, const Encoding& encoding, DType dtype);

}  // namespace wengert
