// SPDX-License-Identifier: Apache-2.0
#include "wengert/plan/colouring.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "wengert/base/random.h"
#include "wengert/plan/substitution.h"

namespace wengert {
namespace {

Sparsity random_pattern(Random& random, int64_t rows, int64_t columns, double density) {
  Sparsity s{rows, columns, {0}, {}};
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < columns; ++j)
      if (random.uniform() < density) s.column.push_back(j);
    s.row_start.push_back(s.entries());
  }
  return s;
}

std::vector<std::set<int64_t>> rows_of(const Sparsity& s) {
  std::vector<std::set<int64_t>> rows(static_cast<size_t>(s.rows));
  for (size_t i = 0; i < rows.size(); ++i)
    for (auto k = s.row_start[i]; k < s.row_start[i + 1]; ++k) rows[i].insert(s.column[static_cast<size_t>(k)]);
  return rows;
}

using Colours = std::vector<int32_t>;
using Rule = std::function<bool(const Sparsity&, const Colours&)>;

bool separates_columns(const Sparsity& s, const Colours& colour) {
  for (const auto& row : rows_of(s)) {
    std::set<int32_t> seen;
    for (const int64_t j : row)
      if (!seen.insert(colour[static_cast<size_t>(j)]).second) return false;
  }
  return true;
}

bool is_proper(const Sparsity& s, const Colours& colour) {
  const auto rows = rows_of(s);
  for (size_t i = 0; i < rows.size(); ++i)
    for (const int64_t j : rows[i])
      if (static_cast<size_t>(j) != i && colour[i] == colour[static_cast<size_t>(j)]) return false;
  return true;
}

/// By its definition: no path of four vertices has two colours.
bool is_star(const Sparsity& s, const Colours& colour) {
  const auto rows = rows_of(s);
  const auto of = [&](int64_t v) { return colour[static_cast<size_t>(v)]; };
  for (int64_t a = 0; a < s.rows; ++a)
    for (const int64_t b : rows[static_cast<size_t>(a)])
      for (const int64_t c : rows[static_cast<size_t>(b)])
        for (const int64_t d : rows[static_cast<size_t>(c)])
          if (b != a && c != a && c != b && d != a && d != b && d != c && of(a) == of(c) && of(b) == of(d)) return false;
  return is_proper(s, colour);
}

/// By its definition: each two colours hold fewer edges than vertices in every component, that is, a forest.
bool is_acyclic(const Sparsity& s, const Colours& colour) {
  const auto rows = rows_of(s);
  for (int32_t x = 0; x < s.rows; ++x)
    for (int32_t y = 0; y < x; ++y) {
      std::vector<int64_t> root(static_cast<size_t>(s.rows));
      for (size_t v = 0; v < root.size(); ++v) root[v] = static_cast<int64_t>(v);
      const auto find = [&](int64_t v) {
        while (root[static_cast<size_t>(v)] != v) v = root[static_cast<size_t>(v)];
        return v;
      };
      for (int64_t v = 0; v < s.rows; ++v)
        for (const int64_t w : rows[static_cast<size_t>(v)]) {
          const int32_t cv = colour[static_cast<size_t>(v)], cw = colour[static_cast<size_t>(w)];
          if (w <= v || std::minmax(cv, cw) != std::minmax(x, y)) continue;
          if (find(v) == find(w)) return false;
          root[static_cast<size_t>(find(v))] = find(w);
        }
    }
  return is_proper(s, colour);
}

/// The fewest colours by trying all.
int32_t fewest(const Sparsity& s, const Rule& holds) {
  for (int32_t most = 1;; ++most) {
    Colours colour(static_cast<size_t>(s.columns));
    const std::function<bool(size_t, int32_t)> any = [&](size_t at, int32_t used) {
      if (at == colour.size()) return holds(s, colour);
      for (int32_t c = 0; c < std::min(used + 1, most); ++c) {
        colour[at] = c;
        if (any(at + 1, std::max(used, c + 1))) return true;
      }
      return false;
    };
    if (any(0, 0)) return most;
  }
}

TEST(Colouring, of_columns_leaves_each_entry_alone_in_its_row) {
  Random random(1);
  for (int k = 0; k < 60; ++k) {
    const auto s = random_pattern(random, 1 + k % 20, 1 + k, 0.15);
    const Colouring found = colour_columns(s);
    EXPECT_TRUE(separates_columns(s, found.colour)) << k;
    EXPECT_LE(found.lower_bound, found.colours);
  }
}

TEST(Colouring, of_symmetric_patterns_is_what_star_and_acyclic_mean) {
  Random random(2);
  for (int k = 0; k < 60; ++k) {
    const auto s = symmetrized(random_pattern(random, 1 + k / 3, 1 + k / 3, 0.05 + 0.01 * (k % 20)));
    const Colouring star = star_colouring(s), acyclic = acyclic_colouring(s);
    EXPECT_TRUE(is_star(s, star.colour)) << k;
    EXPECT_TRUE(is_acyclic(s, acyclic.colour)) << k;
    EXPECT_LE(acyclic.colours, star.colours) << k;
  }
}

TEST(Colouring, bound_is_never_above_the_fewest_and_seldom_are_more_taken) {
  Random random(3);
  int64_t excess = 0;
  for (int k = 0; k < 60; ++k) {
    const auto s = symmetrized(random_pattern(random, 6, 6, 0.1 + 0.01 * k / 2));
    const std::pair<Colouring, Rule> kinds[] = {
        {colour_columns(s), separates_columns}, {star_colouring(s), is_star}, {acyclic_colouring(s), is_acyclic}};
    for (const auto& [found, rule] : kinds) {
      const int32_t optimum = fewest(s, rule);
      EXPECT_LE(found.lower_bound, optimum) << k;
      EXPECT_GE(found.colours, optimum) << k;
      excess += found.colours - optimum;
    }
  }
  EXPECT_LE(excess, 18);  // of 180
}

/// u_i depends on u_k for |i - k| <= width.
Sparsity band(int64_t n, int64_t width) {
  Sparsity s{n, n, {0}, {}};
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = std::max<int64_t>(0, i - width); j <= std::min(n - 1, i + width); ++j) s.column.push_back(j);
    s.row_start.push_back(s.entries());
  }
  return s;
}

TEST(Colouring, of_a_band_is_known) {
  EXPECT_EQ(colour_columns(band(1000, 2)).colours, 5);
  EXPECT_EQ(colour_columns(band(1000, 2)).lower_bound, 5);
  EXPECT_EQ(star_colouring(band(1000, 1)).colours, 3);
  EXPECT_EQ(acyclic_colouring(band(1000, 1)).colours, 2);
  EXPECT_EQ(acyclic_colouring(band(1000, 1)).lower_bound, 2);
  EXPECT_EQ(acyclic_colouring(band(1000, 2)).colours, 3);
}

/// A full first row, column and diagonal: n colours for columns, 2 for a symmetric matrix.
TEST(Colouring, of_an_arrow_takes_two) {
  Sparsity s{500, 500, {0}, {}};
  for (int64_t j = 0; j < 500; ++j) s.column.push_back(j);
  s.row_start.push_back(500);
  for (int64_t i = 1; i < 500; ++i) s.column.insert(s.column.end(), {0, i}), s.row_start.push_back(s.entries());
  EXPECT_EQ(colour_columns(s).colours, 500);
  EXPECT_EQ(star_colouring(s).colours, 2);
}

TEST(Colouring, of_nothing_is_nothing) {
  EXPECT_EQ(colour_columns({0, 0, {0}, {}}).colours, 0);
  EXPECT_EQ(star_colouring({0, 0, {0}, {}}).colours, 0);
  EXPECT_EQ(acyclic_colouring({3, 3, {0, 0, 0, 0}, {}}).colours, 1);
  EXPECT_EQ(colour_columns({3, 0, {0, 0, 0, 0}, {}}).colours, 0);
}

/// Symmetric numbers are found again from their product with the colours, whatever the trees.
TEST(Substitution, gives_back_the_matrix) {
  Random random(4);
  for (int k = 0; k < 80; ++k) {
    const int64_t n = 1 + k / 2;
    const auto s = symmetrized(random_pattern(random, n, n, 0.02 + 0.004 * k));
    const auto rows = rows_of(s);
    const auto entry = [](int64_t i, int64_t j) { return static_cast<double>(1 + 31 * std::min(i, j) + 7 * std::max(i, j) % 101); };
    for (const Colouring& colouring : {star_colouring(s), acyclic_colouring(s)}) {
      std::vector<double> product(static_cast<size_t>(n * colouring.colours));  // [row, colour]
      for (int64_t i = 0; i < n; ++i)
        for (const int64_t j : rows[static_cast<size_t>(i)])
          product[static_cast<size_t>(i * colouring.colours + colouring.colour[static_cast<size_t>(j)])] += entry(i, j);
      const Substitution solved = substitution(s, colouring);
      std::vector<double> entries, before;
      for (const SubstitutionLevel& level : solved.levels) {
        std::vector<double> own;
        for (size_t e = 0; e < level.row.size(); ++e) own.push_back(product[static_cast<size_t>(level.row[e] * colouring.colours + level.colour[e])]);
        ASSERT_EQ(level.taken_from.size(), before.size());
        for (size_t e = 0; e < before.size(); ++e) own[static_cast<size_t>(level.taken_from[e])] -= before[e];
        entries.insert(entries.end(), own.begin(), own.end());
        before = own;
      }
      for (int64_t i = 0; i < n; ++i)
        for (auto e = static_cast<size_t>(s.row_start[static_cast<size_t>(i)]); e < static_cast<size_t>(s.row_start[static_cast<size_t>(i) + 1]); ++e) {
          const int64_t place = solved.place[e];
          const double found = place >= 0 ? entries[static_cast<size_t>(place)]
                                          : product[static_cast<size_t>(i * colouring.colours + colouring.colour[static_cast<size_t>(i)])];
          EXPECT_EQ(found, entry(i, s.column[e])) << "matrix " << k << ", row " << i;
        }
    }
  }
}

TEST(Substitution, has_one_level_under_a_star_colouring_and_half_a_path_under_an_acyclic_one) {
  EXPECT_EQ(substitution(band(101, 1), star_colouring(band(101, 1))).levels.size(), 1u);
  EXPECT_EQ(substitution(band(101, 1), acyclic_colouring(band(101, 1))).levels.size(), 50u);
}

}  // namespace
}  // namespace wengert
