// SPDX-License-Identifier: Apache-2.0
#include "wengert/train/ranks.h"

#include <array>
#include <cstdlib>
#include <cstring>
#include <fmt/format.h>

namespace wengert {
namespace {

using Size = std::array<uint64_t, 1>;

std::span<unsigned char> raw(Size& size) { return {reinterpret_cast<unsigned char*>(size.data()), sizeof size}; }

std::optional<int> number_in(const char* variable) {
  const char* const text = std::getenv(variable);
  if (text == nullptr || *text == '\0') return {};
  char* end = nullptr;
  const long value = std::strtol(text, &end, 10);
  if (*end != '\0' || value < 0 || value > 1'000'000) return {};
  return static_cast<int>(value);
}

constexpr unsigned char all_well = 0, an_error = 1;  // in front of what a rank says

/// Kind, id, problem, place and remedy.
Bytes error_bytes(const Error& error) {
  Bytes bytes{an_error, static_cast<unsigned char>(error.kind())};
  for (const std::string& text : {error.id(), error.problem(), error.where(), error.fix()}) {
    append(bytes, bytes_of(text));
    bytes.push_back('\0');
  }
  return bytes;
}

[[noreturn]] void throw_error(const Bytes& bytes, int rank) {
  std::array<std::string, 4> texts;
  size_t at = 2;
  for (std::string& text : texts) {
    while (at < bytes.size() && bytes[at] != '\0') text.push_back(static_cast<char>(bytes[at++]));
    ++at;
  }
  auto& [id, problem, where, fix] = texts;
  if (rank > 0) where = where.empty() ? fmt::format("rank {}", rank) : fmt::format("{}, on rank {}", where, rank);
  const auto kind = static_cast<ErrorKind>(bytes.at(1));
  if (kind == ErrorKind::usage) throw UsageError(id, problem, where, fix);
  if (kind == ErrorKind::shape) throw ShapeError(id, problem, where, fix);
  if (kind == ErrorKind::domain) throw DomainError(id, problem, where, fix);
  if (kind == ErrorKind::resource) throw ResourceError(id, problem, where, fix);
  throw InternalError(id, problem, where, fix);
}

}  // namespace

void Ranks::broadcast(std::span<unsigned char> bytes) {
  // The binomial tree: who is 2^k away from where the bytes are gets them in round k.
  int span = 1;
  while (span < count()) span *= 2;
  for (int step = span / 2; step >= 1; step /= 2) {
    if (rank() % (2 * step) == 0 && rank() + step < count()) send(rank() + step, bytes);
    if (rank() % (2 * step) == step) receive(rank() - step, bytes);
  }
}

Bytes Ranks::broadcast_text(Bytes bytes) {
  Size size{bytes.size()};
  broadcast(raw(size));
  bytes.resize(size[0]);
  broadcast(bytes);
  return bytes;
}

void Ranks::send_text(int to, const Bytes& bytes) {
  Size size{bytes.size()};
  send(to, raw(size));
  send(to, bytes);
}

Bytes Ranks::receive_text(int from) {
  Size size{};
  receive(from, raw(size));
  Bytes bytes(size[0]);
  receive(from, bytes);
  return bytes;
}

std::optional<Launch> launched() {
  constexpr std::pair<const char*, const char*> variables[] = {{"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"},
                                                               {"PMI_RANK", "PMI_SIZE"}};
  for (const auto& [rank, count] : variables) {
    const auto r = number_in(rank), n = number_in(count);
    if (r && n && *r < *n) return Launch{*r, *n};
  }
  return {};
}

bool agree(Ranks& ranks, const std::function<std::string()>& f) {
  const Bytes own = said_by([&] {
    const std::string text = f();
    return Bytes(text.begin(), text.end());
  });
  if (ranks.rank() > 0) {
    ranks.send_text(0, own);
    return ranks.broadcast_text({})[0] != 0;
  }
  int first = own[0] == an_error ? 0 : -1, other = 0;
  Bytes said = own;
  for (int rank = 1; rank < ranks.count(); ++rank) {
    const Bytes theirs = ranks.receive_text(rank);
    if (theirs[0] == an_error && first < 0) first = rank, said = theirs;
    if (theirs != own && other == 0) other = rank;
  }
  ranks.broadcast_text({static_cast<unsigned char>(first < 0 && other == 0 ? 1 : 0)});
  understood(said, first);
  if (other > 0)
    throw UsageError("W866", fmt::format("rank {} has other data or settings than rank 0", other), {},
                     "give all processes the same command, and the same files where they run");
  ranks.are_serving = true;
  return true;
}

Bytes said_by(const std::function<Bytes()>& f) {
  try {
    Bytes said{all_well};
    append(said, f());
    return said;
  } catch (const Error& error) {
    return error_bytes(error);
  } catch (const std::exception& error) {
    return error_bytes(ResourceError("W401", fmt::format("a process of the training cannot go on: {}", error.what()), {}, "use smaller inputs"));
  }
}

Bytes understood(const Bytes& said, int rank) {
  if (said.at(0) == an_error) throw_error(said, rank);
  return {said.begin() + 1, said.end()};
}

}  // namespace wengert
