// SPDX-License-Identifier: Apache-2.0
//
// The terminal: its width, colours where they are wanted, and progress of long jobs. Nothing here writes an escape
// sequence to what is not a terminal, unless --color=always asks for it.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace wengert::cli {

inline constexpr int standard_output = 1, standard_error = 2;

/// always, never, or auto: a terminal, TERM is not "dumb", and NO_COLOR is unset or empty (https://no-color.org).
bool color_wanted(std::string_view when, int descriptor);
bool is_terminal(int descriptor);

/// Columns: of the terminal, else $COLUMNS, else 100; between 40 and 400.
size_t terminal_width();

/// Columns that UTF-8 text takes, escape sequences not counted.
size_t columns(std::string_view text);

/// Writes to standard output. What went wrong is said by flush_output, or by the next one that is called.
void write_output(std::string_view text);
/// Flushes standard output. throws : ResourceError W610 if it takes no more, with the reason
void flush_output();

class Palette {
 public:
  explicit Palette(bool on = false) : on_(on) {}
  bool on() const { return on_; }

  std::string bold(std::string_view text) const { return paint(text, "1"); }
  std::string dim(std::string_view text) const { return paint(text, "2"); }
  std::string red(std::string_view text) const { return paint(text, "31"); }
  std::string green(std::string_view text) const { return paint(text, "32"); }
  std::string yellow(std::string_view text) const { return paint(text, "33"); }
  std::string blue(std::string_view text) const { return paint(text, "34"); }
  std::string cyan(std::string_view text) const { return paint(text, "36"); }

 private:
  std::string paint(std::string_view text, std::string_view code) const;
  bool on_;
};

/// A bar on standard error, drawn at most ten times a second and only if that is a terminal:
///
///     train  ███████████░░░░░░░░░  56%  loss 0.31  12 s left
class Progress {
 public:
  Progress(std::string label, size_t total);
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void update(size_t done, std::string_view remark = {});
  /// Takes the bar away; messages may be written then.
  void clear();

 private:
  std::string label_;
  size_t total_;
  bool shown_ = false, on_terminal_;
  double first_part_ = -1;  // done when it was first told: a job that is gone on with
  std::chrono::steady_clock::time_point start_, last_;
};

}  // namespace wengert::cli
