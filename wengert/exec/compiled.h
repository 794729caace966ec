// SPDX-License-Identifier: Apache-2.0
//
// Compiled: a Program as machine code. Its one kernel (exec/lower) is read by LLVM, in a component that is loaded when
// it is first asked for. Const and re-entrant: every run has a workspace of its own, kept for the next.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "wengert/exec/executable.h"

namespace wengert {

constexpr int most_threads = 1024;  ///< that may be asked for

enum class MathLibrary : uint8_t {
  fast,      ///< vectors: glibc's libmvec, up to 4 ulp; scalars: libm
  accurate,  ///< vectors: SLEEF, under 1 ulp; scalars: libm
};

/// Where machine code is kept from one process to the next, by a key of all that it depends on. `find` returns what
/// `keep` was given, unharmed, or nothing.
struct CodeCache {
  std::function<std::optional<std::string>(const std::string& key)> find;
  std::function<void(const std::string& key, const std::string& code)> keep;
};

struct CompiledOptions {
  int level = -1;                        ///< 0: soonest compiled, 1: straight-line code, 2: loops; -1: by the kernel
  bool lanes = true;                     ///< SIMD
  bool contract = true;                  ///< a * b + c rounds once
  bool single = true;                    ///< what is made of f32 alone is computed in f32, not in f64 and then rounded; in Programs that
                                         ///< turn no f32 into an f64
  bool natives = true;                   ///< matrix products by library
  bool scalars = true;                   ///< small arrays as scalars, simplified: a zero may have another sign (simplify.h)
  MathLibrary math = MathLibrary::fast;
  bool share_memory = true;              ///< values that are not in use at the same time have one place
  int threads = 1;                       ///< that share loops over many points; 0: one a processor. Results do not depend on it
  int vector_bytes = -1;                 ///< of the vectors that lanes fill: 16, 32 or 64; -1: this processor's
  int64_t stream_bytes = -1;             ///< results of at least so many bytes are stored past the caches where rows of points are written
                                         ///< whole; -1: 4 MiB
  bool trap_nan = false;                 ///< W301, naming the first instruction that makes a NaN out of none, if an output holds one
  const CodeCache* cache = nullptr;
  std::function<bool()> cancelled = {};  ///< asked now and then while compiling; true: W711
};

/// Results are the interpreter's bits without `lanes`, `contract`, `single`, `natives` and `scalars`; with them they are a
/// few ulps away, the same from run to run, whatever the place of an element and the number of threads.
class Compiled : public Executable {
 public:
  /// cost   : about 5 us a line at level 0, 20 to 40 at the others; the first in a process loads the compiler, 25 to 150 ms
  /// throws : ResourceError W711 if it was cancelled; UsageError W710 for what cannot be compiled, W712 if the component is
  ///          not there, W715 or W724 for a number of threads or bytes that cannot be
  explicit Compiled(Program program, CompiledOptions options = {});
  ~Compiled() override;
  Compiled(const Compiled&) = delete;
  Compiled& operator=(const Compiled&) = delete;

  using Executable::run;
  void run(std::span<const ConstView> inputs, std::span<const View> outputs) const override;

  /// Memory of a run; what no plan for this order of steps could do without; and what every value in a place of its own
  /// would take.
  size_t workspace_bytes() const;
  size_t workspace_bound() const;
  size_t workspace_unshared() const;
  size_t code_bytes() const;
  int level() const;
  bool from_cache() const;
  int most_lanes() const;  ///< iterations of a loop at once, at most
  const std::vector<int>& loop_lanes() const;  ///< of each loop in the code
  int threads() const;
  int most_blocks() const;  ///< parts of a loop that threads may share, at most; 1: everything is done by the caller

  /// Whether the component is there; if not, why not.
  static bool is_available(std::string* reason = nullptr);
  /// Of this processor's vectors, as lanes use them; 0: none.
  static int vector_bytes();

 private:
  struct Code;
  std::unique_ptr<const Code> code_;
};

}  // namespace wengert
