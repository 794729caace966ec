// SPDX-License-Identifier: Apache-2.0
//
// The component that speaks MPI. Transfers are polled rather than waited for: a process whose partner has died would
// otherwise wait until it is killed itself, with no word to anybody.
#include <algorithm>
#include <chrono>
#include <mpi.h>
#include <sched.h>
#include <unistd.h>

#include "wengert/train/mpi/component.h"

namespace wengert {
namespace {

constexpr size_t most_per_message = size_t{1} << 30;  // MPI counts in int
constexpr int tag = 17;
constexpr unsigned pause_us = 100;
using Clock = std::chrono::steady_clock;
constexpr auto without_pause = std::chrono::milliseconds(2);

const char* text_of(int code) {
  static char text[MPI_MAX_ERROR_STRING];
  int length = 0;
  if (code == MPI_SUCCESS) return nullptr;
  return MPI_Error_string(code, text, &length) == MPI_SUCCESS ? text : "an unknown error of MPI";
}

const char* wait_for(MPI_Request& request, GiveUp give_up, void* context) {
  const auto start = Clock::now();
  for (;;) {
    int done = 0;
    if (const int code = MPI_Test(&request, &done, MPI_STATUS_IGNORE); code != MPI_SUCCESS) return text_of(code);
    if (done != 0) return nullptr;
    if (give_up(context)) {
      MPI_Cancel(&request);
      MPI_Request_free(&request);
      return given_up_text;
    }
    if (Clock::now() - start < without_pause)
      ::sched_yield();  // who is waited for may want this processor
    else
      ::usleep(pause_us);
  }
}

template <class Begin> const char* transfer(size_t bytes, GiveUp give_up, void* context, Begin begin) {
  for (size_t at = 0; at < bytes || bytes == 0; at += most_per_message) {
    MPI_Request request = MPI_REQUEST_NULL;
    const int count = static_cast<int>(std::min(bytes - at, most_per_message));
    if (const int code = begin(at, count, &request); code != MPI_SUCCESS) return text_of(code);
    if (const char* const problem = wait_for(request, give_up, context)) return problem;
    if (bytes == 0) break;
  }
  return nullptr;
}

const char* start(int* rank, int* count) {
  int is_started = 0, level = 0;
  MPI_Initialized(&is_started);
  if (is_started == 0)
    if (const int code = MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &level); code != MPI_SUCCESS)
      return text_of(code);
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  if (const int code = MPI_Comm_rank(MPI_COMM_WORLD, rank); code != MPI_SUCCESS) return text_of(code);
  return text_of(MPI_Comm_size(MPI_COMM_WORLD, count));
}

const char* send(int to, const void* data, size_t bytes, GiveUp give_up, void* context) {
  return transfer(bytes, give_up, context, [&](size_t at, int count, MPI_Request* request) {
    return MPI_Isend(static_cast<const char*>(data) + at, count, MPI_BYTE, to, tag, MPI_COMM_WORLD, request);
  });
}

const char* receive(int from, void* data, size_t bytes, GiveUp give_up, void* context) {
  return transfer(bytes, give_up, context, [&](size_t at, int count, MPI_Request* request) {
    return MPI_Irecv(static_cast<char*>(data) + at, count, MPI_BYTE, from, tag, MPI_COMM_WORLD, request);
  });
}

void finish() { MPI_Finalize(); }
void abort_all(int exit_code) { MPI_Abort(MPI_COMM_WORLD, exit_code); }

}  // namespace
}  // namespace wengert

extern "C" __attribute__((visibility("default"))) const wengert::MpiDoor* wengert_mpi_door() {
  static const wengert::MpiDoor door{wengert::mpi_door_layout, wengert::start,  wengert::send,
                                     wengert::receive,         wengert::finish, wengert::abort_all};
  return &door;
}
