// SPDX-License-Identifier: Apache-2.0
#include "peers/peers.h"

namespace wengert::bench {

std::vector<Peer> installed_peers() {
  std::vector<Peer> peers;
#ifdef BENCH_HAS_CERES
  peers.push_back(ceres_peer());
#endif
#ifdef BENCH_HAS_SACADO
  peers.push_back(sacado_peer());
#endif
#ifdef BENCH_HAS_ADOLC
  peers.push_back(adolc_peer());
#endif
  return peers;
}

}  // namespace wengert::bench
