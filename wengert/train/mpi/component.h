// SPDX-License-Identifier: Apache-2.0
//
// The door between the library and the component that speaks MPI (libwengert_mpi): bytes from one process to another.
// The component is loaded only in processes that mpirun started, and is the only place that includes or links MPI.
#pragma once

#include <cstddef>
#include <cstdint>

namespace wengert {

/// Asked again and again while a transfer waits; true: give up.
using GiveUp = bool (*)(void* context);

/// What the component exports. A text that is returned is what went wrong, in MPI's words; a null pointer: nothing did.
struct MpiDoor {
  uint64_t layout;  ///< mpi_door_layout, on both sides
  /// Joins the other processes: the number of this one, and how many they are.
  const char* (*start)(int* rank, int* count);
  const char* (*send)(int to, const void* data, size_t bytes, GiveUp give_up, void* context);
  const char* (*receive)(int from, void* data, size_t bytes, GiveUp give_up, void* context);
  /// Leaves in good order; waits until all do.
  void (*finish)();
  /// Ends all processes, this one included.
  void (*abort)(int exit_code);
};
inline constexpr uint64_t mpi_door_layout = sizeof(MpiDoor) * 251 + 1;

/// Exported under this name: const MpiDoor* (*)().
using OpenMpiDoor = const MpiDoor* (*)();
inline constexpr char mpi_door_symbol[] = "wengert_mpi_door";

/// The text of a transfer that was given up.
inline constexpr char given_up_text[] = "given up";

}  // namespace wengert
