// SPDX-License-Identifier: Apache-2.0
#include "wengert/cli/interrupt.h"

namespace wengert::cli {
namespace {

volatile std::sig_atomic_t was_requested = 0;

extern "C" void request(int) { was_requested = 1; }

}  // namespace

Interrupt::Interrupt() {
  was_requested = 0;
  struct sigaction once {};
  once.sa_handler = &request;
  once.sa_flags = SA_RESETHAND;
  sigemptyset(&once.sa_mask);
  sigaction(SIGINT, &once, &interrupt_before_);
  sigaction(SIGTERM, &once, &terminate_before_);
}

Interrupt::~Interrupt() {
  sigaction(SIGINT, &interrupt_before_, nullptr);
  sigaction(SIGTERM, &terminate_before_, nullptr);
}

bool Interrupt::requested() const { return was_requested != 0; }

}  // namespace wengert::cli
