// SPDX-License-Identifier: Apache-2.0
#include "wengert/exec/c_names.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace wengert {
namespace {

/// Keywords of C and C++ and their alternative spellings; macros that compilers or the included headers define; names
/// of the C library (a function of such a name would take its place in the whole program).
constexpr std::string_view reserved =
    " alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t char16_t char32_t class compl"
    " concept const consteval constexpr constinit const_cast continue co_await co_return co_yield decltype default "
    "delete"
    " do double dynamic_cast else enum explicit export extern false float for friend goto if inline int long mutable"
    " namespace new noexcept not not_eq nullptr operator or or_eq private protected public register reinterpret_cast"
    " requires restrict return short signed sizeof static static_assert static_cast struct switch template this"
    " thread_local throw true try typedef typeid typename typeof typeof_unqual union unsigned using virtual void "
    "volatile"
    " wchar_t while xor xor_eq near far huge interrupt"
    " linux unix i386 sun mips NULL EOF NAN INFINITY errno stdin stdout stderr signgam main assert offsetof"
    " HUGE HUGE_VAL HUGE_VALF HUGE_VALL DOMAIN SING OVERFLOW UNDERFLOW PLOSS TLOSS BUFSIZ FILENAME_MAX FOPEN_MAX "
    "L_tmpnam"
    " SEEK_CUR SEEK_END SEEK_SET TMP_MAX MAXFLOAT math_errhandling MATH_ERRNO MATH_ERREXCEPT exception matherr"
    " fpclassify isfinite isinf isnan isnormal signbit isgreater isgreaterequal isless islessequal islessgreater "
    "isunordered"
    " acos acosh asin asinh atan atan2 atanh cbrt ceil copysign cos cosh drem erf erfc exp exp10 exp2 expm1 fabs fdim"
    " finite floor fma fmax fmin fmod frexp gamma hypot ilogb j0 j1 jn ldexp lgamma llrint llround log log10 log1p log2"
    " logb lrint lround modf nan nearbyint nextafter nexttoward pow pow10 remainder remquo rint round scalb scalbln "
    "scalbn"
    " significand sin sincos sinh sqrt tan tanh tgamma trunc y0 y1 yn"
    " abort abs access accept alarm atexit atof atoi atol atoll bind bsearch calloc chdir chmod clearerr clock close"
    " connect creat ctime difftime div dup environ execl execv execve exit fclose fcntl feof ferror fflush fgetc fgets"
    " fileno fopen fork fprintf fputc fputs fread free freopen fscanf fseek fsetpos fstat ftell fwrite getc getchar "
    "getenv"
    " gets gmtime index ioctl isalnum isalpha iscntrl isdigit isgraph islower isprint ispunct isspace isupper isxdigit "
    "kill"
    " labs ldiv link listen llabs lldiv localtime longjmp lseek malloc memchr memcmp memcpy memmove memset mktime mmap "
    "nice"
    " open pause perror pipe poll printf putc putchar puts qsort raise rand random read realloc recv remove rename "
    "rewind"
    " rindex scanf select send setbuf setjmp setlocale setvbuf shutdown signal sleep snprintf socket sprintf srand "
    "srandom"
    " sscanf stat strcat strchr strcmp strcoll strcpy strcspn strdup strerror strftime strlen strncat strncmp strncpy"
    " strpbrk strrchr strspn strstr strtod strtof strtok strtol strtoll strtoul strtoull strxfrm swab sync system time"
    " tmpfile tmpnam tolower toupper truncate ungetc unlink usleep va_arg va_copy va_end va_list va_start vfprintf "
    "vprintf"
    " vsprintf wait write ";

bool listed(std::string_view word) { return reserved.find(fmt::format(" {} ", word)) != std::string_view::npos; }

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_upper(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return c >= 'a' && c <= 'z'; });
}

/// r12, i3, b4, t0, c1: the writer's own names.
bool is_register_name(std::string_view text) {
  return text.size() > 1 && std::string_view("ribtc").find(text[0]) != std::string_view::npos &&
         std::ranges::all_of(text.substr(1), is_digit);
}

/// The code point at the beginning of `text`, which is shortened by it; a stray byte stands for itself.
uint32_t take_code_point(std::string_view& text) {
  const auto byte = [&](size_t k) { return static_cast<unsigned char>(text[k]); };
  const size_t length = byte(0) < 0x80 ? 1 : byte(0) >= 0xf0 ? 4 : byte(0) >= 0xe0 ? 3 : byte(0) >= 0xc0 ? 2 : 1;
  bool whole = length <= text.size();
  for (size_t k = 1; k < length && whole; ++k) whole = (byte(k) & 0xc0) == 0x80;
  uint32_t point = byte(0);
  if (whole && length > 1) {
    point &= 0x7fu >> length;
    for (size_t k = 1; k < length; ++k) point = point << 6 | (byte(k) & 0x3fu);
  }
  text.remove_prefix(whole ? length : 1);
  return point;
}

}  // namespace

bool is_c_identifier(std::string_view text) {
  return !text.empty() && !is_digit(text[0]) &&
         std::ranges::all_of(text, [](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
}

bool is_reserved_in_c(std::string_view identifier) {
  if (identifier.starts_with('_') || identifier.ends_with("_t") || listed(identifier)) return true;
  for (std::string_view macro :
       {"INT", "UINT", "SIZE_", "PTRDIFF_", "SIG_", "WCHAR_", "WINT_", "FP_", "M_", "WENGERT_"})
    if (identifier.starts_with(macro) && is_upper(identifier)) return true;
  // sinf and sinl are as reserved as sin
  const bool suffixed = identifier.ends_with('f') || identifier.ends_with('l');
  return suffixed && listed(identifier.substr(0, identifier.size() - 1));
}

std::string c_identifier(std::string_view text, std::string_view fallback) {
  std::string name;
  while (!text.empty() && name.size() < 60) {
    const uint32_t point = take_code_point(text);
    const char c = static_cast<char>(point);
    if (point < 0x80)
      name += is_letter(c) || is_digit(c) ? c : '_';
    else
      name += fmt::format("u{:04x}", point);
  }
  // "f[0]" is f_0; two underscores in a row are C++'s own.
  std::string tidy;
  for (char c : name)
    if (c != '_' || (!tidy.empty() && tidy.back() != '_')) tidy += c;
  while (tidy.ends_with('_')) tidy.pop_back();
  if (tidy.empty()) tidy = fallback;
  if (is_digit(tidy[0])) tidy = fmt::format("{}_{}", fallback, tidy);
  // Words in capitals are what macros are called.
  const bool macro = tidy.size() > 2 && is_upper(tidy);
  return macro || is_reserved_in_c(tidy) ? tidy + "_" : tidy;
}

std::string c_comment(std::string_view text) {
  std::string line;
  while (!text.empty()) {
    const uint32_t point = take_code_point(text);
    const char c = static_cast<char>(point);
    const char before = line.empty() ? ' ' : line.back();
    if (point >= 0x7f || point < 0x20) {
      line += fmt::format("<U+{:04X}>", point);
      continue;
    }
    // Neither */ nor /*, no trigraph, and no continued line.
    if ((before == '*' && c == '/') || (before == '/' && c == '*') || (before == '?' && c == '?')) line += ' ';
    line += c == '\\' ? '|' : c;
  }
  return line;
}

std::string c_real(double value, bool single) {
  const double rounded = single ? static_cast<double>(static_cast<float>(value)) : value;
  if (std::isnan(rounded)) return "NAN";
  if (std::isinf(rounded)) return rounded > 0 ? "INFINITY" : "-INFINITY";
  std::string text = single ? fmt::format("{}", static_cast<float>(value)) : fmt::format("{}", value);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return single ? text + "f" : text;
}

std::string c_integer(int64_t value) {
  if (value == std::numeric_limits<int64_t>::min()) return "INT64_MIN";
  const bool small = value >= -2147483647 && value <= 2147483647;
  return small ? fmt::format("{}", value) : fmt::format("INT64_C({})", value);
}

std::string CNames::take(std::string_view text, std::string_view fallback) {
  std::string name = c_identifier(text, fallback);
  if (is_register_name(name)) name += '_';
  const std::string stem = name;
  for (int number = 2; !taken_.insert(name).second; ++number) name = fmt::format("{}_{}", stem, number);
  return name;
}

}  // namespace wengert
