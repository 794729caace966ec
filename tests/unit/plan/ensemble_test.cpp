// SPDX-License-Identifier: Apache-2.0
//
// The reduction of Ensemble Computation to Jacobian accumulation: as few products as unions, by trying everything.
#include "wengert/plan/ensemble.h"

#include <gtest/gtest.h>

#include <bit>
#include <deque>

#include "wengert/ad/linearize.h"
#include "wengert/base/random.h"

namespace wengert {
namespace {

/// The fewest unions over four elements, by breadth-first search over the 2^16 families of sets that may have been
/// made.
int fewest_by_breadth(const Ensemble& ensemble) {
  const auto has = [](uint32_t family, uint32_t set) { return std::popcount(set) == 1 || (family >> set & 1) != 0; };
  std::map<uint32_t, int> unions{{0, 0}};
  for (std::deque<uint32_t> queue{0}; !queue.empty(); queue.pop_front()) {
    const uint32_t family = queue.front();
    bool all = true;
    for (const uint32_t subset : ensemble.subsets) all = all && has(family, subset);
    if (all) return unions[family];
    for (uint32_t a = 1; a < 16; ++a)
      for (uint32_t b = 1; b < a; ++b)
        if ((a & b) == 0 && has(family, a) && has(family, b))
          if (const uint32_t next = family | 1U << (a | b); unions.try_emplace(next, unions[family] + 1).second)
            queue.push_back(next);
  }
  return -1;
}

/// Every way to put a set together: all trees of cuts, the lowest element in the first part.
std::vector<Splits> every_way(uint32_t set) {
  if (std::popcount(set) == 1) return {{}};
  std::vector<Splits> ways;
  for (uint32_t first = (set - 1) & set; first != 0; first = (first - 1) & set) {
    if ((first & (set & -set)) == 0) continue;
    for (const Splits& left : every_way(first))
      for (const Splits& right : every_way(set & ~first)) {
        Splits both = left;
        both.insert(right.begin(), right.end());
        both[set] = first;
        ways.push_back(both);
      }
  }
  return ways;
}

/// The fewest products over all arrangements of the chains and all orders. Those that multiply the same pairs of sets
/// are one tree of cuts.
int64_t fewest_products(const Ensemble& ensemble) {
  std::vector<std::vector<Splits>> chosen{{}};
  for (const uint32_t subset : ensemble.subsets) {
    std::vector<std::vector<Splits>> longer;
    for (const auto& choice : chosen)
      for (const Splits& way : every_way(subset)) longer.push_back(choice), longer.back().push_back(way);
    chosen = std::move(longer);
  }
  int64_t fewest = INT64_MAX;
  for (const auto& choice : chosen) fewest = std::min(fewest, ensemble_elimination(ensemble, choice).products());
  return fewest;
}

Ensemble random_ensemble(Random& random, size_t subsets, int most) {
  Ensemble ensemble{4, {}};
  while (ensemble.subsets.size() < subsets)
    if (const auto set = static_cast<uint32_t>(1 + random.below(15)); std::popcount(set) <= most)
      ensemble.subsets.push_back(set);
  return ensemble;
}

TEST(Ensemble, of_the_subsets_that_share_is_made_with_fewer_unions) {
  EXPECT_EQ(fewest_unions(parse_ensemble("abc,abd,cd")).cost, 4);
  EXPECT_EQ(fewest_unions(parse_ensemble("abcd,ab,cd")).cost, 3);
  EXPECT_EQ(fewest_unions(parse_ensemble("a,b,c")).cost, 0);
  EXPECT_EQ(fewest_unions(parse_ensemble("abcde")).cost, 4);
}

TEST(Ensemble, takes_as_many_unions_as_a_search_of_all_families_finds) {
  Random random(1);
  for (int k = 0; k < 60; ++k) {
    const Ensemble ensemble = random_ensemble(random, 1 + random.below(6), 4);
    EXPECT_EQ(fewest_unions(ensemble).cost, fewest_by_breadth(ensemble)) << k;
  }
}

TEST(Ensemble, its_jacobian_takes_as_many_products_as_the_unions) {
  Random random(2);
  for (int k = 0; k < 30; ++k) {
    const Ensemble ensemble = random_ensemble(random, 1 + random.below(6), 4);
    const auto unions = fewest_unions(ensemble);
    const EnsembleElimination elimination = ensemble_elimination(ensemble, splits(ensemble, unions.choice));
    EXPECT_EQ(elimination.products(), unions.cost) << k;
    // By the rule of elimination alone every chain costs one less than its subset has elements, in any order.
    int64_t alone = 0;
    for (const uint32_t subset : ensemble.subsets) alone += std::popcount(subset) - 1;
    EXPECT_EQ(elimination_cost(linearize(elimination.program).graph, elimination.order).multiplications, alone);
  }
}

TEST(Ensemble, no_arrangement_and_no_order_takes_fewer_products) {
  Random random(3);
  for (int k = 0; k < 12; ++k) {
    const Ensemble three = random_ensemble(random, 3, 3), two = random_ensemble(random, 2, 4);
    EXPECT_EQ(fewest_products(three), fewest_by_breadth(three)) << k;
    EXPECT_EQ(fewest_products(two), fewest_by_breadth(two)) << k;
  }
  const Ensemble shared = parse_ensemble("abc,abd,acd");
  EXPECT_EQ(fewest_products(shared), fewest_by_breadth(shared));
}

}  // namespace
}  // namespace wengert
