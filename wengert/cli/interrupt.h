// SPDX-License-Identifier: Apache-2.0
//
// Interrupt: while one lives, the first SIGINT or SIGTERM is a request to end in good order; a second one ends the process.
#pragma once

#include <csignal>

namespace wengert::cli {

class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  bool requested() const;

 private:
  struct sigaction interrupt_before_, terminate_before_;
};

}  // namespace wengert::cli
