// SPDX-License-Identifier: Apache-2.0
#include "peers/network_peers.h"

namespace wengert::bench {

std::vector<NetworkPeer> installed_network_peers() {
  std::vector<NetworkPeer> peers;
#ifdef BENCH_HAS_TORCH_NETWORKS
  peers.push_back(torch_networks());
#endif
  return peers;
}

}  // namespace wengert::bench
