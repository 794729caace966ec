// SPDX-License-Identifier: Apache-2.0
#include "peers/training_peers.h"

namespace wengert::bench {

std::vector<TrainingPeer> installed_training_peers() {
  std::vector<TrainingPeer> peers;
#ifdef BENCH_HAS_TORCH
  peers.push_back(torch_peer());
#endif
#ifdef BENCH_HAS_DLIB
  peers.push_back(dlib_peer());
#endif
#ifdef BENCH_HAS_FANN
  peers.push_back(fann_peer());
#endif
  return peers;
}

}  // namespace wengert::bench
