// SPDX-License-Identifier: Apache-2.0
#include "wengert/ir/verify.h"

#include <fmt/format.h>
#include <unordered_map>
#include <unordered_set>

#include "wengert/ir/primitive.h"

namespace wengert {
namespace {

/// The checks of one Program; nested ones are left in `bodies`.
class Verifier {
 public:
  Verifier(const Program& program, std::vector<Program>& bodies) : program_(program), bodies_(bodies) {}

  void run() {
    check_inputs();
    for (uint32_t i = 0; i < program_.size();) i = check_instruction(ValueId{i});
    check_outputs();
    check_names();
  }

 private:
  void check_inputs() const;
  uint32_t check_instruction(ValueId v);  // returns the line after its results
  void check_operands(const Instruction& line) const;
  void check_constant(const Instruction& line) const;
  void check_types(const Instruction& line) const;
  void check_outputs() const;
  void check_names() const;
  void require(bool holds, int number, std::string_view invariant, ValueId at, const std::string& found) const;

  const Program& program_;
  std::vector<Program>& bodies_;
};

void Verifier::require(bool holds, int number, std::string_view invariant, ValueId at, const std::string& found) const {
  if (holds) return;
  const std::string where =
      index(at) < program_.size() ? program_.where(at) : fmt::format("program \"{}\"", program_.name());
  throw InternalError("W910", fmt::format("invariant {} of Programs ({}) is broken: {}", number, invariant, found),
                      where);
}

void Verifier::check_inputs() const {
  for (uint32_t i = 0; i < program_.size(); ++i) {
    const bool input = &program_.primitive(ValueId{i}) == &input_p;
    if (input == program_.is_input(ValueId{i})) continue;
    require(false, 1, "inputs first", ValueId{i},
            fmt::format("line {} is {} input, the program has {} inputs", i, input ? "an" : "no", program_.inputs()));
  }
}

void Verifier::check_operands(const Instruction& line) const {
  for (ValueId v : line.operands)
    if (index(v) >= index(line.value))
      require(false, 2, "operands precede", line.value,
              fmt::format("operand %{} is used on line {}", index(v), index(line.value)));
  const bool takes =
      line.primitive.arity == Primitive::any_arity || line.operands.size() == static_cast<size_t>(line.primitive.arity);
  if (!takes)
    require(false, 4, "operands fit", line.value,
            fmt::format("{} takes {} operands, it has {}", line.primitive.name, line.primitive.arity,
                        line.operands.size()));
}

void Verifier::check_constant(const Instruction& line) const {
  const Type held = program_.constant(line.value).type(), stated = program_.type(line.value);
  require(held == stated, 6, "constants hold", line.value,
          fmt::format("the line is {}, its value {}", to_string(stated), to_string(held)));
}

void Verifier::check_types(const Instruction& line) const {
  std::vector<Type> operands, inferred;
  for (ValueId v : line.operands) operands.push_back(program_.type(v));
  try {
    inferred = line.primitive.result_types({line.primitive, operands, line.attributes});
  } catch (const Error& error) {
    require(false, 5, "types agree", line.value, error.problem());
  }
  if (inferred.size() != static_cast<size_t>(line.results))
    require(false, 3, "results follow", line.value,
            fmt::format("{} has {} results, {} lines are there", line.primitive.name, inferred.size(), line.results));
  for (uint32_t k = 0; k < inferred.size(); ++k) {
    const Type& stated = program_.type(ValueId{static_cast<uint32_t>(line.value) + k});
    if (stated == inferred[k]) continue;
    require(false, 5, "types agree", line.value,
            fmt::format("result {} is {}, {} makes {} of its operands", k, to_string(stated), line.primitive.name,
                        to_string(inferred[k])));
  }
}

uint32_t Verifier::check_instruction(ValueId v) {
  const Instruction line = program_[v];
  require(&line.primitive != &result_p, 3, "results follow", v, "a result line follows no instruction");
  check_operands(line);
  if (&line.primitive == &constant_p) check_constant(line);
  const uint32_t end = static_cast<uint32_t>(v) + static_cast<uint32_t>(line.results);
  for (uint32_t i = static_cast<uint32_t>(v) + 1; i < end; ++i) {
    const auto of = program_.operands(ValueId{i});
    const bool points_back = of.size() == 1 && of[0] == v;
    if (!points_back)
      require(false, 3, "results follow", ValueId{i},
              fmt::format("line {} is a result of another instruction than %{} before it", i, index(v)));
  }
  if (line.primitive.family != Family::structure)
    check_types(line);
  else
    require(line.results == 1, 3, "results follow", v,
            fmt::format("a result line follows {} %{}", line.primitive.name, index(v)));
  for (const auto& [name, value] : line.attributes)
    if (const auto* nested = std::get_if<NestedProgram>(&value)) bodies_.push_back(**nested);
  return end;
}

void Verifier::check_outputs() const {
  for (ValueId v : program_.outputs())
    if (index(v) >= program_.size())
      require(false, 7, "outputs exist", v,
              fmt::format("output %{} of a program of {} lines", index(v), program_.size()));
}

void Verifier::check_names() const {
  std::unordered_map<std::string_view, uint32_t> lines;
  for (uint32_t i = 0; i < program_.size(); ++i) {
    const std::string_view name = program_.value_name(ValueId{i});
    if (name.empty()) continue;
    const auto [place, added] = lines.try_emplace(name, i);
    if (!added)
      throw UsageError("W107", fmt::format("two values are named \"{}\": lines {} and {}", name, place->second, i),
                       program_.where(ValueId{i}), "give one of them another name");
  }
}

}  // namespace

void verify(const Program& program) {
  std::vector<Program> waiting{program};  // a list, since nesting may be deep
  std::unordered_set<const void*> known;
  std::vector<Program> kept;  // so that an identity is not given out again
  while (!waiting.empty()) {
    const Program next = std::move(waiting.back());
    waiting.pop_back();
    if (!known.insert(&next.name()).second) continue;
    kept.push_back(next);
    Verifier(next, waiting).run();
  }
}

}  // namespace wengert
