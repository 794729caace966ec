// SPDX-License-Identifier: Apache-2.0
//
// Counter-based random numbers: the k-th number of a key is a pure function of (key, k), so results do not depend on the
// number of threads or on the order of use. Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror, Shaw, "Parallel random
// numbers: as easy as 1, 2, 3", SC11, section 3; key schedule of Threefish with the parity constant 0x1BD11BDA).
//
// `threefry2x32` is written once for any integer operand with + ^ & << >>: natively here, and in micro-operations by the
// primitives of primitives/sample.h.
#pragma once

#include <cmath>
#include <cstdint>
#include <utility>

namespace wengert {

/// One block: two 32-bit words out of two key words and two counter words; `Integer` has at least 33 value bits.
template <class Integer>
std::pair<Integer, Integer> threefry2x32(Integer key0, Integer key1, Integer counter0, Integer counter1) {
  const auto low = [](Integer x) { return x & Integer(0xffffffff); };
  const Integer keys[3] = {key0, key1, (key0 ^ key1) ^ Integer(0x1BD11BDA)};
  static constexpr int rotations[8] = {13, 15, 26, 6, 17, 29, 16, 24};
  Integer x0 = low(counter0 + keys[0]);
  Integer x1 = low(counter1 + keys[1]);
  for (int round = 0; round < 20; ++round) {
    const int by = rotations[round % 8];
    x0 = low(x0 + x1);
    x1 = low(x1 << Integer(by)) | (x1 >> Integer(32 - by));
    x1 = x1 ^ x0;
    if (round % 4 == 3) {
      const int injection = round / 4 + 1;
      x0 = low(x0 + keys[injection % 3]);
      x1 = low(x1 + keys[(injection + 1) % 3] + Integer(injection));
    }
  }
  return {x0, x1};
}

/// A stream of numbers of one key. Copies are independent; `split` gives unrelated streams.
class Random {
 public:
  explicit Random(uint64_t key, uint64_t counter = 0) : key_(key), counter_(counter) {}

  uint64_t bits() {
    const uint64_t c = counter_++;
    const auto [hi, lo] = threefry2x32<uint64_t>(key_ >> 32, key_ & 0xffffffff, c >> 32, c & 0xffffffff);
    return hi << 32 | lo;
  }
  double uniform() { return static_cast<double>(bits() >> 11) * 0x1p-53; }  ///< in [0, 1)
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// Standard normal by Box and Muller 1958; 1 - u keeps the logarithm finite.
  double normal() {
    const double radius = std::sqrt(-2 * std::log(1 - uniform()));
    return radius * std::cos(6.283185307179586 * uniform());
  }
  /// An integer in [0, n), n > 0; unbiased by rejection.
  uint64_t below(uint64_t n) {
    const uint64_t limit = UINT64_MAX - UINT64_MAX % n;
    uint64_t x = bits();
    while (x >= limit) x = bits();
    return x % n;
  }
  Random split(uint64_t stream) const {
    const auto [hi, lo] = threefry2x32<uint64_t>(key_ >> 32, key_ & 0xffffffff, (stream >> 32) ^ 0x80000000u, stream & 0xffffffff);
    return Random(hi << 32 | lo);
  }

 private:
  uint64_t key_, counter_;
};

}  // namespace wengert
