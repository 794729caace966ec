// SPDX-License-Identifier: Apache-2.0
//
// A Mutant has its original's rules traced, changed and recorded again.
#include <deque>
#include <map>

#include "mutation.h"

namespace wengert {
namespace {

std::string_view mutant_name(std::string_view name) {
  static std::deque<std::string> names;  // the registry keeps views of names for ever
  return names.emplace_back("mutant of " + std::string(name));
}

/// The values that are there, given their types in the recording outside.
struct Inside {
  std::vector<Expr> inputs;
  size_t next = 0;

  std::vector<Expr> take(size_t count) {
    next += count;
    return {inputs.begin() + static_cast<int64_t>(next - count), inputs.begin() + static_cast<int64_t>(next)};
  }
  std::vector<std::optional<Expr>> take_like(std::span<const std::optional<Expr>> given) {
    std::vector<std::optional<Expr>> result;
    for (const auto& e : given) result.push_back(e ? std::optional(inputs[next++]) : std::nullopt);
    return result;
  }
};

Inside declare(Recording& recording, const std::vector<Type>& types) {
  Inside inside;
  for (const Type& type : types) inside.inputs.push_back(recording.input(type));
  return inside;
}

std::vector<Type> types_of(const std::vector<Expr>& exprs) {
  std::vector<Type> types;
  for (const Expr& e : exprs) types.push_back(e.type());
  return types;
}

void append(std::vector<Expr>& all, std::span<const Expr> more) { all.insert(all.end(), more.begin(), more.end()); }

void append(std::vector<Expr>& all, std::span<const std::optional<Expr>> more) {
  for (const auto& e : more)
    if (e) all.push_back(e->is_literal() ? constant(Array(e->literal())) : *e);
}

/// The traced rule of `results`, and which of them are there.
struct Traced {
  Program program;
  std::vector<bool> there;
};

Traced finished(Recording& recording, const Tangents& results) {
  Traced traced;
  std::vector<Expr> outputs;
  for (const auto& e : results) {
    traced.there.push_back(e.has_value());
    if (e) outputs.push_back(*e);
  }
  traced.program = recording.finish(outputs);
  return traced;
}

Tangents spread(const std::vector<Expr>& values, const std::vector<bool>& there) {
  Tangents all(there.size());
  size_t next = 0;
  for (size_t k = 0; k < there.size(); ++k)
    if (there[k]) all[k] = values[next++];
  return all;
}

}  // namespace

Mutant::Mutant(const Primitive& record) : Primitive(mutant_name(record.name), record.family, record.arity), original(record) {}

Program Mutant::changed(Rule which, Program traced) const {
  Program& longest = seen_[static_cast<size_t>(which)];
  if (traced.size() > longest.size()) longest = traced;
  return which == rule && mutation.kind != Mutation::none ? mutated(traced, mutation) : traced;
}

std::vector<Expr> Mutant::partials(std::span<const Expr> operands, Expr result) const {
  std::vector<Expr> given(operands.begin(), operands.end());
  given.push_back(result);
  const auto types = types_of(given);
  Program traced;
  {
    Recording recording(std::string(original.name) + "_partials", types[0].dtype);
    Inside inside = declare(recording, types);
    const auto x = inside.take(operands.size());
    traced = recording.finish(original.partials(x, inside.take(1)[0]));
  }
  return replay(changed(Rule::partials, traced), given);
}

Tangents Mutant::jvp(const JvpRule& r) const {
  std::vector<Expr> given;
  append(given, r.operands);
  append(given, r.results);
  append(given, r.residuals);
  append(given, r.tangents);
  const auto types = types_of(given);
  Traced traced;
  {
    Recording recording(std::string(original.name) + "_jvp", Recording::current().default_float);
    Inside inside = declare(recording, types);
    const auto operands = inside.take(r.operands.size()), results = inside.take(r.results.size()), residuals = inside.take(r.residuals.size());
    const auto tangents = inside.take_like(r.tangents);
    traced = finished(recording, original.jvp(JvpRule{operands, results, residuals, r.attributes, tangents, r.bodies}));
  }
  // The transpose of a rule made of the record itself is that of the mutant.
  return spread(replay(with_record(changed(Rule::jvp, traced.program), *inside_from, *inside_to), given), traced.there);
}

Tangents Mutant::transpose(const TransposeRule& r) const {
  std::vector<Expr> given;
  append(given, r.operands);
  append(given, r.cotangents);
  const auto types = types_of(given);
  Traced traced;
  {
    Recording recording(std::string(original.name) + "_transpose", Recording::current().default_float);
    Inside inside = declare(recording, types);
    const auto operands = inside.take_like(r.operands), cotangents = inside.take_like(r.cotangents);
    traced = finished(recording, original.transpose(TransposeRule{operands, r.operand_types, r.result_types, cotangents, r.attributes, r.bodies}));
  }
  return spread(replay(changed(Rule::transpose, traced.program), given), traced.there);
}

Mutant& mutant_of(const Primitive& original) {
  static std::map<const Primitive*, std::unique_ptr<Mutant>> mutants;
  auto& mutant = mutants[&original];
  if (!mutant) mutant = std::make_unique<Mutant>(original);
  return *mutant;
}

}  // namespace wengert
