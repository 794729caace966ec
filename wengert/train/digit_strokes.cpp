// SPDX-License-Identifier: Apache-2.0
#include "wengert/train/digit_strokes.h"

#include <array>
#include <charconv>
#include <string_view>

namespace wengert {
namespace {

// A style as text: knots "x,y" in hundredths of the unit square, "!" after a corner, "/" where the pen is lifted.
struct StyleText {
  int digit;
  double share;
  std::string_view strokes;
};

constexpr std::array<StyleText, 32> styles_text{{
    {0, 0.45, "62,3 34,6 12,44 30,94 66,94 88,50 68,6 42,3"},                      // round, its end over its beginning
    {0, 0.30, "60,4 38,8 26,48 40,94 62,92 75,48 62,6 44,4"},                      // narrow
    {0, 0.25, "72,12 44,2 13,42 30,94 66,92 86,46 64,6 40,12"},                    // the end crosses inside
    {1, 0.60, "52,0 50,50 48,100"},                                                // a single bar
    {1, 0.25, "30,24 42,14 54,0! 54,50 53,100"},                                   // with a flag
    {1, 0.15, "28,24 40,14 52,0! 52,50 52,100 / 26,100 52,99 80,100"},             // with flag and foot
    {2, 0.35, "14,24 30,5 58,1 80,18 74,42 46,70 10,97! 50,96 90,97"},             // straight base
    {2, 0.25, "16,20 36,2 68,5 80,28 64,56 36,82 12,98! 36,90 62,98 92,90"},       // wavy base
    {2, 0.40, "16,20 40,1 74,10 76,38 54,68 26,94 8,92 12,78 32,78 58,94 92,92"},  // loop at the lower left
    {3, 0.45, "16,13 42,0 74,10 72,34 38,47! 74,55 84,78 60,98 12,90"},            // two bows, sharp waist
    {3, 0.25, "18,12 48,0 78,14 68,38 42,50 36,44 50,42 78,58 80,84 50,100 12,88"},       // loop at the waist
    {3, 0.10, "16,3 48,3 80,3! 62,22 42,40! 74,48 84,74 58,98 12,90"},                    // flat top
    {3, 0.20, "20,10 48,1 74,14 66,36 50,46 72,56 80,78 54,98 14,92"},                    // soft waist
    {4, 0.40, "22,0 18,28 14,56! 50,55 90,52 / 72,6 68,50 64,100"},                       // open: a hook, a bar
    {4, 0.25, "68,100 68,50 68,0! 40,34 8,68! 50,67 94,66"},                              // closed
    {4, 0.35, "20,2 14,30 24,52 50,54 76,42 / 80,0 76,48 72,100"},                        // rounded hook
    {5, 0.40, "84,2 56,3 28,4! 25,24 22,43! 50,35 78,50 80,78 52,98 12,90"},              // in one stroke
    {5, 0.35, "30,4 24,24 20,44! 52,38 80,56 76,84 48,99 14,92 / 30,4 60,3 90,0"},        // the cap drawn last
    {5, 0.25, "84,2 56,3 34,10 26,28 34,42 62,48 80,66 70,90 44,99 14,92"},               // rounded neck
    {6, 0.45, "70,2 44,16 24,42 18,70 34,95 62,96 78,76 64,56 40,58 24,76"},              // curved back
    {6, 0.30, "58,0 40,26 26,52 22,80 42,99 66,92 72,72 54,60 34,68 26,82"},              // straight back
    {6, 0.25, "82,10 62,1 34,16 17,48 18,80 46,99 76,88 78,62 52,48 22,64"},              // hooked, wide bowl
    {7, 0.40, "12,6 50,4 88,2! 66,46 44,100"},                                            // plain
    {7, 0.25, "12,6 50,4 88,2! 66,46 46,100 / 32,52 56,50 84,48"},                        // barred
    {7, 0.20, "12,22 14,5! 50,5 88,3! 62,36 50,68 46,100"},                               // serif, bent stem
    {7, 0.15, "12,10 40,4 72,2 86,10 72,40 56,70 46,100"},                                // rounded shoulder
    {8, 0.50, "76,14 50,0 24,18 42,42 70,64 72,90 46,100 22,84 36,60 64,40 80,16 70,6"},  // one stroke
    {8, 0.20, "70,10 46,2 30,20 46,44 68,68 66,92 44,99 28,82 42,58 62,36 76,6"},         // narrow, open above
    {8, 0.30, "52,0 28,8 28,36 52,46 74,34 72,8 50,0 / 50,46 22,58 20,88 52,100 80,86 78,58 52,46"},  // two rings
    {9, 0.45, "78,16 54,1 28,10 20,34 38,50 62,42 79,14! 74,54 70,100"},                              // straight stem
    {9, 0.25, "76,18 52,1 26,12 22,36 44,48 70,34 78,16! 80,56 66,90 46,99 24,90"},                   // curled tail
    {9, 0.30, "74,12 50,1 26,16 24,40 46,48 68,30 76,8 72,34 62,66 50,100"},                          // in one sweep
}};

std::vector<Stroke> parsed(std::string_view text) {
  std::vector<Stroke> strokes(1);
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    if (*at == '/') strokes.emplace_back();
    if (*at == '/' || *at == ' ') {
      ++at;
      continue;
    }
    int x = 0, y = 0;
    at = std::from_chars(at, end, x).ptr + 1;  // past the comma
    at = std::from_chars(at, end, y).ptr;
    const bool corner = at != end && *at == '!';
    at += corner;
    strokes.back().push_back({x / 100.0, y / 100.0, corner});
  }
  return strokes;
}

std::array<std::vector<DigitStyle>, 10> parsed_styles() {
  std::array<std::vector<DigitStyle>, 10> styles;
  for (const StyleText& style : styles_text)
    styles[static_cast<size_t>(style.digit)].push_back({style.share, parsed(style.strokes)});
  return styles;
}

}  // namespace

std::span<const DigitStyle> digit_styles(int digit) {
  static const auto styles = parsed_styles();
  return styles[static_cast<size_t>(digit)];
}

}  // namespace wengert
