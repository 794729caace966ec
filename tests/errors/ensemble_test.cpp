// SPDX-License-Identifier: Apache-2.0
//
// W731 and W733: instances of Ensemble Computation that are none, or too large. W729, W730 and W732 are the tool's: its
// examples are run with the page's commands.
#include "wengert/plan/ensemble.h"
#include "documented.h"

namespace wengert {
namespace {

TEST(EnsembleErrors, W731_subsets_that_are_none) {
  documented("W731", [] { parse_ensemble("abc,b3"); });
  documented("W731", [] { ensemble_elimination(parse_ensemble("abc"), {{{0b111, 0b001}}}); });
  for (const char* text : {"", "a,", ",a", "aa", "A", "a b"})
    EXPECT_EQ(error_of([&] { parse_ensemble(text); }).id(), "W731") << text;
}

TEST(EnsembleErrors, W733_too_many_unions_to_find_the_fewest) {
  documented("W733", [] { fewest_unions(parse_ensemble("abcdefgh,hgfedcij,acegikmo,bdfhjlnp,mnopabij")); });
}

}  // namespace
}  // namespace wengert
