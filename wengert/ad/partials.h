// SPDX-License-Identifier: Apache-2.0
//
// Partials on edges that are being eliminated: their products and sums, recorded or only counted, in the conventions in
// which elimination is counted. All of vertex, edge and face elimination multiplies and adds through here, so that what
// is counted is what is written.
#pragma once

#include "wengert/ad/linear_graph.h"

namespace wengert {

/// Which multiplications count.
enum class Counting : uint8_t {
  all,             ///< (a) every product of two partials, those with +-1 too: what the literature counts
  units_free,      ///< (b) all but those with a factor +-1
  numbers_folded,  ///< (c) nor those of two numbers, which are multiplied beforehand
};

/// Products of partials and sums with the partial of an edge that was there already, in all conventions at once.
struct EliminationCost {
  int64_t multiplications = 0;
  int64_t unit_multiplications = 0;  ///< of those, how many have a factor that is the constant +1 or -1
  int64_t additions = 0;
  int64_t number_multiplications = 0;  ///< how many are of two numbers, none of them +1 or -1
  int64_t number_additions = 0;        ///< of the additions, how many are of two numbers

  int64_t multiplications_in(Counting counting) const {
    const int64_t with_units_free = multiplications - unit_multiplications;
    return counting == Counting::all          ? multiplications
           : counting == Counting::units_free ? with_units_free
                                              : with_units_free - number_multiplications;
  }
  /// Additions are counted alike in (a) and (b).
  int64_t additions_in(Counting counting) const {
    return counting == Counting::numbers_folded ? additions - number_additions : additions;
  }
  EliminationCost& operator+=(const EliminationCost& other);
  friend bool operator==(const EliminationCost&, const EliminationCost&) = default;
};

/// A coefficient, and the line that holds it if it is a number that was computed by lines.
struct Partial : Coefficient {
  ValueId line = no_value;
};

/// Whether products are recorded into the current recording, or only counted.
enum class EliminationMode : uint8_t { count, record };

/// written : the convention that the recorded lines follow. Each multiplication that counts in it is one line `mul`,
/// each
///           addition one line `add`; those that do not count are folded, and a product with -1 is a line `neg`.
///           Whether a partial is a number is known all the same: in (a) and (b) numbers are computed, and counted by
///           what they are.
class PartialArithmetic {
 public:
  PartialArithmetic(EliminationMode mode, Counting written, DType dtype)
      : mode_(mode), written_(written), dtype_(dtype) {}

  Partial product(const Partial& a, const Partial& b, EliminationCost& cost) const;
  Partial sum(const Partial& a, const Partial& b, EliminationCost& cost) const;

  EliminationMode mode() const { return mode_; }
  DType dtype() const { return dtype_; }

 private:
  Expr operand(const Partial& partial) const;

  EliminationMode mode_;
  Counting written_;
  DType dtype_;  ///< of all partials
};

/// An Expr that may be a number, as a coefficient of the current recording; and the reverse.
Coefficient coefficient(const Expr& e);
Expr expr(const Coefficient& c);

}  // namespace wengert
