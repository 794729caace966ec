// SPDX-License-Identifier: Apache-2.0
//
// Bits: a set of numbers below 64 W, as whole words. What a search touches millions of times.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace wengert {

/// How many bits are set. Without the instruction, compilers call a function of their library, which takes twice as long.
inline int population(uint64_t word) {
#ifdef __POPCNT__
  return std::popcount(word);
#else
  word -= word >> 1 & 0x5555555555555555;
  word = (word & 0x3333333333333333) + (word >> 2 & 0x3333333333333333);
  return static_cast<int>(((word + (word >> 4)) & 0x0f0f0f0f0f0f0f0f) * 0x0101010101010101 >> 56);
#endif
}

template <size_t W> class Bits {
 public:
  static constexpr size_t capacity = 64 * W;

  bool test(size_t i) const { return words_[i / 64] >> i % 64 & 1; }
  void set(size_t i) { words_[i / 64] |= uint64_t{1} << i % 64; }
  void reset(size_t i) { words_[i / 64] &= ~(uint64_t{1} << i % 64); }

  int count() const {
    int total = 0;
    for (const uint64_t word : words_) total += population(word);
    return total;
  }
  bool any() const {
    uint64_t all = 0;
    for (const uint64_t word : words_) all |= word;
    return all != 0;
  }
  /// use(i) for every member, ascending.
  template <class Use> void for_each(Use use) const {
    for (size_t k = 0; k < W; ++k)
      for (uint64_t word = words_[k]; word != 0; word &= word - 1)
        use(64 * k + static_cast<size_t>(std::countr_zero(word)));
  }
  /// The least member; there must be one.
  size_t first() const {
    size_t k = 0;
    while (words_[k] == 0) ++k;
    return 64 * k + static_cast<size_t>(std::countr_zero(words_[k]));
  }

  Bits& operator|=(const Bits& other) {
    return combine(other, [](uint64_t a, uint64_t b) { return a | b; });
  }
  Bits& operator&=(const Bits& other) {
    return combine(other, [](uint64_t a, uint64_t b) { return a & b; });
  }
  Bits& operator-=(const Bits& other) {
    return combine(other, [](uint64_t a, uint64_t b) { return a & ~b; });
  }
  friend Bits operator|(Bits a, const Bits& b) { return a |= b; }
  friend Bits operator&(Bits a, const Bits& b) { return a &= b; }
  friend Bits operator-(Bits a, const Bits& b) { return a -= b; }
  friend bool operator==(const Bits&, const Bits&) = default;

 private:
  template <class Word> Bits& combine(const Bits& other, Word word) {
    for (size_t k = 0; k < W; ++k) words_[k] = word(words_[k], other.words_[k]);
    return *this;
  }

  std::array<uint64_t, W> words_{};
};

}  // namespace wengert
