// SPDX-License-Identifier: Apache-2.0
#include "wengert/cli/terminal.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sys/ioctl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "wengert/base/error.h"
#include "wengert/cli/duration.h"

namespace wengert::cli {
namespace {

std::string_view environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string_view{} : std::string_view(value);
}

int first_failure = 0;  // errno of the first write that failed: a later flush of nothing succeeds

/// Label, bar and text in one line of the terminal: a longer one would wrap, and could not be taken back. The bar is
/// narrowed first, then the text is cut.
std::string fitted_bar(const std::string& label, double part, std::string text) {
  const size_t room = terminal_width() - 1, least = columns(label) + 4;  // between them, before and behind the bar
  const size_t left = room > least ? room - least : 0;
  while (columns(text) > left) text.pop_back();
  const size_t width = std::min<size_t>(20, left - std::min(left, columns(text)));
  std::string bar;
  for (size_t k = 0; k < width; ++k) bar += k < static_cast<size_t>(part * static_cast<double>(width)) ? "█" : "░";
  return fmt::format("{}  {}{}{}", label, bar, bar.empty() ? "" : "  ", text);
}

}  // namespace

bool is_terminal(int descriptor) { return isatty(descriptor) == 1; }

bool color_wanted(std::string_view when, int descriptor) {
  if (when == "always") return true;
  return when != "never" && is_terminal(descriptor) && environment("TERM") != "dumb" && environment("NO_COLOR").empty();
}

size_t terminal_width() {
  size_t width = 0;
  winsize size{};
  for (int descriptor : {standard_output, standard_error})
    if (width == 0 && ioctl(descriptor, TIOCGWINSZ, &size) == 0) width = size.ws_col;
  if (width == 0) width = static_cast<size_t>(std::strtoul(std::string(environment("COLUMNS")).c_str(), nullptr, 10));
  return width == 0 ? 100 : std::clamp<size_t>(width, 40, 400);
}

size_t columns(std::string_view text) {
  size_t count = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\033')
      while (i < text.size() && text[i] != 'm') ++i;
    else if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80)
      ++count;
  }
  return count;
}

void write_output(std::string_view text) {
  errno = 0;
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (!written && first_failure == 0) first_failure = errno;
}

void flush_output() {
  errno = 0;
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return;
  if (first_failure == 0) first_failure = errno;
  const char* const reason = first_failure != 0 ? std::strerror(first_failure) : "an earlier write failed";
  throw ResourceError(
      "W610", fmt::format("standard output cannot be written: {}", reason), {},
      first_failure == EPIPE ? "the program that reads it has ended" : "write to another place, or make room");
}

std::string Palette::paint(std::string_view text, std::string_view code) const {
  if (!on_ || text.empty()) return std::string(text);
  return fmt::format("\033[{}m{}\033[0m", code, text);
}

Progress::Progress(std::string label, size_t total)
    : label_(std::move(label)), total_(std::max<size_t>(total, 1)), on_terminal_(is_terminal(standard_error)),
      start_(std::chrono::steady_clock::now()) {}

void Progress::update(size_t done, std::string_view remark) {
  using std::chrono::duration;
  const auto now = std::chrono::steady_clock::now();
  if (!on_terminal_ || (shown_ && done < total_ && now - last_ < std::chrono::milliseconds(100))) return;
  last_ = now;
  shown_ = true;
  const double part = static_cast<double>(std::min(done, total_)) / static_cast<double>(total_);
  if (first_part_ < 0) first_part_ = part;
  const double elapsed_s = duration<double>(now - start_).count();
  std::string text = fmt::format("{:3.0f}%", part * 100);
  if (!remark.empty()) text += fmt::format("  {}", remark);
  if (const double made = part - first_part_; made > 0 && part < 1 && elapsed_s > 1)
    text += fmt::format("  {} left", coarse_duration_text(elapsed_s * (1 - part) / made));
  const std::string line = fitted_bar(label_, part, text);
  std::fprintf(stderr, "\r\033[K%s", line.c_str());
  std::fflush(stderr);
}

void Progress::clear() {
  if (shown_) std::fputs("\r\033[K", stderr);
  shown_ = false;
}

}  // namespace wengert::cli
