// SPDX-License-Identifier: Apache-2.0
//
// Ranks: the processes of one training, numbered from 0. Rank 0 trains, writes and prints; the others compute their
// parts of each update. What passes between them is bytes: down a tree from rank 0, and up to it.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "wengert/base/error.h"
#include "wengert/io/bytes.h"

namespace wengert {

class Ranks {
 public:
  virtual ~Ranks() = default;

  virtual int rank() const = 0;
  virtual int count() const = 0;

  /// Both throw : ResourceError W867 if the other process is gone, W869 if MPI fails
  virtual void send(int to, ByteView bytes) = 0;
  virtual void receive(int from, std::span<unsigned char> into) = 0;

  /// From rank 0 to all, by way of each other.
  void broadcast(std::span<unsigned char> bytes);
  /// The same for sizes that only the sender knows.
  Bytes broadcast_text(Bytes bytes);
  void send_text(int to, const Bytes& bytes);
  Bytes receive_text(int from);

  /// Asked while this waits for another: true if the run is to end, and what does not come soon will not come.
  std::function<bool()> is_ending = {};
  /// On rank 0: whether the others wait to be told what comes next.
  bool are_serving = false;
};

/// How many processes mpirun, mpiexec or srun started together with this one, and which of them it is, by their
/// environment (Open MPI's, or PMI's); nothing if it was started by itself.
struct Launch {
  int rank = 0, count = 1;
};
std::optional<Launch> launched();

/// Joins the others by MPI.
///
/// throws : ResourceError W865 if the component libwengert_mpi.so cannot be loaded, W869 if MPI fails or counts
///          other processes than `launch` does
std::unique_ptr<Ranks> join_ranks(const Launch& launch);

/// Runs `f` on all ranks. An error on one of them, the least, is thrown on rank 0, with the rank as its place; so is a
/// difference between the texts that `f` returns. Whether all is well; on rank 0 only true comes back. Then the others
/// are to serve (train/sharded_updates.h).
///
/// throws : UsageError W866 for the difference; what f throws
bool agree(Ranks& ranks, const std::function<std::string()>& f);

/// What `f` returns, or its error, for another rank; what is no Error becomes one, ResourceError W401. And back: the error is
/// thrown, said to be of rank `rank`.
Bytes said_by(const std::function<Bytes()>& f);
Bytes understood(const Bytes& said, int rank);

}  // namespace wengert
