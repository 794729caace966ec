// SPDX-License-Identifier: Apache-2.0
#include "wengert/exec/lower.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <optional>

#include "wengert/exec/fusion.h"
#include "wengert/exec/library_calls.h"
#include "wengert/exec/prepare_natives.h"
#include "wengert/ir/primitive.h"
#include "wengert/passes/hoist.h"
#include "wengert/passes/keep_steps.h"
#include "wengert/passes/loop_products.h"
#include "wengert/passes/scalarize.h"
#include "wengert/passes/schedule.h"
#include "wengert/passes/trim_loops.h"

namespace wengert {
namespace {

constexpr size_t most_in_group = 64;  // values computed in one loop: a body of any length would take any time to compile

/// What the writers of a Program and of the bodies inside it share.
struct Shared {
  KernelBuilder& k;
  const LowerOptions& options;
  const std::map<const void*, uint32_t>& tables;  // a constant's elements -> its buffer
  Place failures;
};

void write_program(Shared& shared, const Program& p, std::span<const Place> in, std::span<const Place> out);

/// Writes one Program. `at_[v]`: where the value's elements are.
class ProgramWriter {
 public:
  ProgramWriter(Shared& shared, const Program& p, std::span<const Place> in, std::span<const Place> out)
      : shared_(shared), k_(shared.k), p_(p), out_(out), at_(p.size()), computed_(p.size()), in_group_(p.size()) {
    std::vector<bool> direct;
    for (const Place& place : out) direct.push_back(place.is_buffer());
    holdings_ = plan_holdings(p, direct);
    for (size_t k = 0; k < in.size(); ++k) at_[k] = in_register(in[k], p.type(ValueId{static_cast<uint32_t>(k)}));
    for (size_t k = 0; k < out.size(); ++k) output_of_.emplace(p.outputs()[k], k);  // the first, if there are several
    written_.resize(out.size());
  }

  void operator()() {
    for (uint32_t i = 0; i < p_.size();) {
      const Instruction line = p_[ValueId{i}];
      if (!p_.is_input(line.value)) write(line);
      i += static_cast<uint32_t>(line.results);
    }
    finish_group();
    for (size_t k = 0; k < out_.size(); ++k)
      if (!written_[k]) copy_output(k);
  }

 private:
  /// An input of one element is loaded once.
  Place in_register(const Place& place, const Type& type) {
    if (type.elements() != 1) return place;
    return {.value = k_.load(place, type.dtype, Integer(0))};
  }

  struct Computed { uint32_t flat, slot, iteration; };

  void write(const Instruction& line) {
    if (p_.is_constant(line.value)) return constant(line.value);
    switch (holdings_.of[index(line.value)]) {
      case Holding::scalar: scalar(line); break;
      case Holding::inlined: inlined(line.value); break;
      case Holding::stored: stored(line.value); break;
      case Holding::written: written(line); break;
    }
    if (line.primitive.is_guard()) check_guard(k_.load(at_[index(line.value)], DType::boolean, Integer(0)));
  }

  void constant(ValueId v) {
    const Array value = p_.constant(v);
    const DType dtype = value.dtype();
    if (value.elements() != 1) at_[index(v)].buffer = shared_.tables.at(value.view().data);
    else if (is_float(dtype)) at_[index(v)].value = k_.constant(value[0]);
    else if (dtype == DType::i64) at_[index(v)].value = k_.constant(value.values<int64_t>()[0]);
    else at_[index(v)].value = k_.constant(value.values<bool>()[0]);
  }

  void scalar(const Instruction& line) {
    finish_group_read_by(line);
    at_[index(line.value)].value = element(line.value, Integer(0));
    const auto output = output_of_.find(line.value);
    if (output != output_of_.end() && k_.inside_points()) {  // of many results of a point: while it is in a register
      written_[output->second] = true;
      copy_output(output->second);
    }
  }

  void check_guard(uint32_t holds) {
    k_.accumulate(shared_.failures, Integer(0), select(Boolean(Scalar::Register{holds}), Scalar(0.0), Scalar(1.0)));
  }

  void inlined(ValueId v) {
    at_[index(v)].load = [this, v](Integer flat) { return element(v, flat); };
  }

  /// Joins the open group of loops of one shape, unless it reads another element of one of the group.
  void stored(ValueId v) {
    const bool fits = group_.empty() || (group_.size() < most_in_group && p_.type(v).shape == p_.type(group_[0]).shape &&
                                         reads_group(p_[v], false) != Read::elsewhere);
    if (!fits) finish_group();
    group_.push_back(v);
    in_group_[index(v)] = true;
    inlined(v);
  }

  enum class Read { nothing, same_element, elsewhere };

  /// What computing an element of `line` reads of the open group, through inlined values.
  Read reads_group(const Instruction& line, bool moved) const {
    Read most = Read::nothing;
    moved = moved || line.primitive.access() != Access::elementwise;
    for (ValueId v : line.operands) {
      if (in_group_[index(v)]) most = std::max(most, moved ? Read::elsewhere : Read::same_element);
      else if (holdings_.of[index(v)] == Holding::inlined) most = std::max(most, reads_group(p_[v], moved));
    }
    return most;
  }

  void finish_group_read_by(const Instruction& line) {
    if (!group_.empty() && reads_group(line, true) != Read::nothing) finish_group();
  }

  /// Whether an element is computed from others than those at the same place: then it matters where in the rows it is.
  bool needs_index(const Instruction& line) const {
    if (line.primitive.access() != Access::elementwise) return true;
    return std::ranges::any_of(line.operands, [&](ValueId v) {
      if (p_.type(v).elements() == 1) return false;
      return holdings_.of[index(v)] == Holding::inlined && needs_index(p_[v]);
    });
  }

  /// One loop nest for the whole group; each element is in a register for those behind it.
  void finish_group() {
    if (group_.empty()) return;
    std::vector<Place> places;
    for (ValueId v : group_) places.push_back(memory_for(v));
    const Shape shape = p_.type(group_[0]).shape;
    const bool one_row = std::ranges::none_of(group_, [&](ValueId v) { return needs_index(p_[v]); });
    k_.loop_elements(one_row ? Shape{shape.elements()} : shape, [&](Integer flat) {
      for (size_t j = 0; j < group_.size(); ++j) k_.store(places[j], p_.type(group_[j]).dtype, flat, element(group_[j], flat));
    });
    for (size_t j = 0; j < group_.size(); ++j) {
      at_[index(group_[j])] = places[j];
      in_group_[index(group_[j])] = false;
    }
    group_.clear();
  }

  /// An output's own memory where it can be read back, else scratch.
  Place memory_for(ValueId v) {
    const auto output = output_of_.find(v);
    if (output == output_of_.end() || !out_[output->second].is_buffer()) return k_.scratch_place(p_.type(v));
    written_[output->second] = true;
    return out_[output->second];
  }

  /// The register of an element of a value that goes element by element; computed once an iteration.
  uint32_t element(ValueId v, Integer flat) {
    auto& known = computed_[index(v)];
    while (!known.empty() && !k_.is_open(known.back().iteration)) known.pop_back();
    for (const Computed& c : known)
      if (c.flat == flat.slot && k_.is_open(c.iteration)) return c.slot;
    const Instruction line = p_[v];
    std::vector<Type> types;
    std::vector<Place> places;
    for (ValueId operand : line.operands) {
      types.push_back(p_.type(operand));
      places.push_back(at_[index(operand)]);
    }
    const uint32_t slot = k_.element(types, places, p_.type(v), flat, [&] { line.primitive.kernel(k_, line.attributes); });
    known.push_back({flat.slot, slot, k_.iteration()});
    return slot;
  }

  /// An instruction with a kernel that is no single loop, or with bodies.
  void written(const Instruction& line) {
    finish_group_read_by(line);
    std::vector<Type> operand_types, result_types;
    std::vector<Place> in, out;
    for (ValueId v : line.operands) {
      operand_types.push_back(p_.type(v));
      in.push_back(at_[index(v)]);
    }
    const bool captures = !line.primitive.has_kernel() || line.primitive.access() == Access::once;
    std::vector<Captured> captured(static_cast<size_t>(line.results));
    for (size_t k = 0; k < captured.size(); ++k) {
      const ValueId v{static_cast<uint32_t>(index(line.value) + k)};
      result_types.push_back(p_.type(v));
      const bool in_register = captures && p_.type(v).elements() == 1;
      const bool passed_on = !in_register && !line.primitive.has_kernel() && only_output(v);
      out.push_back(in_register ? capture(captured[k], p_.type(v)) : passed_on ? pass_on(v) : memory_for(v));
      if (!in_register) at_[index(v)] = out.back();
    }
    if (!line.primitive.has_kernel()) bodies(line, operand_types, in, out);
    else if (!shared_.options.natives || !call_library(k_, line, operand_types, result_types, in, out))
      k_.frame(operand_types, in, result_types, out, [&] { line.primitive.kernel(k_, line.attributes); });
    for (size_t k = 0; k < captured.size(); ++k)
      if (captures && result_types[k].elements() == 1) at_[index(line.value) + k].value = taken(captured[k], result_types[k]);
  }

  /// Whether a value is one output, and nothing else reads it. Bodies write each element of a result once, so theirs may go
  /// where it is only taken, to be added to a sum: no memory in between.
  bool only_output(ValueId v) const { return holdings_.uses[index(v)] == 1 && output_of_.contains(v); }
  Place pass_on(ValueId v) {
    const size_t k = output_of_.at(v);
    written_[k] = true;
    return out_[k];
  }

  /// The one element of a result: the register that is stored, or memory where it is stored inside a loop of the kernel's
  /// own, whose registers end with it.
  struct Captured { std::optional<uint32_t> slot; Place memory; };

  Place capture(Captured& captured, const Type& type) {
    return {.store = [this, &captured, type, iteration = k_.iteration()](Integer flat, uint32_t slot) {
      if (k_.iteration() == iteration && !captured.memory.is_buffer()) {
        captured.slot = slot;
        return;
      }
      if (captured.slot) throw InternalError("W907", "a kernel stored the one element of its result outside of its loops and again in one");
      if (!captured.memory.is_buffer()) captured.memory = k_.scratch_place(type);
      k_.store(captured.memory, type.dtype, flat, slot);
    }};
  }
  uint32_t taken(const Captured& captured, const Type& type) {
    if (captured.memory.is_buffer()) return k_.load(captured.memory, type.dtype, Integer(0));
    return rounded(type.dtype, *captured.slot);
  }

  uint32_t rounded(DType dtype, uint32_t slot) {
    return dtype == DType::f32 ? k_.real_step(Micro::round_single, slot).slot : slot;
  }

  void bodies(const Instruction& line, std::span<const Type> types, std::span<const Place> in, std::span<const Place> out) {
    const BodyWriter body = [&](std::string_view name, std::span<const Place> x, std::span<const Place> y) {
      write_program(shared_, line.attributes.program(name), x, y);
    };
    if (line.primitive.write_bodies(k_, {line.primitive, types, line.attributes}, in, out, body)) return;
    throw UsageError("W710", fmt::format("{} cannot be compiled: it runs code that is no Program", line.primitive.name),
                     p_.where(line.value), "run this Program by the interpreter, or write the function as a Program");
  }

  void copy_output(size_t k) {
    const ValueId v = p_.outputs()[k];
    const Type& type = p_.type(v);
    const Place& from = at_[index(v)];
    if (type.elements() == 1) return k_.store(out_[k], type.dtype, Integer(0), k_.load(from, type.dtype, Integer(0)));
    k_.loop_elements(type.shape, [&](Integer flat) { k_.store(out_[k], type.dtype, flat, k_.load(from, type.dtype, flat)); });
  }

  Shared& shared_;
  KernelBuilder& k_;
  const Program p_;
  std::span<const Place> out_;
  Holdings holdings_;
  std::vector<Place> at_;
  std::vector<bool> written_;
  std::vector<std::vector<Computed>> computed_;
  std::map<ValueId, size_t> output_of_;
  std::vector<ValueId> group_;
  std::vector<bool> in_group_;
};

int64_t largest_array(const Program& p) {
  int64_t most = 0;
  for (uint32_t i = 0; i < p.size(); ++i)
    if (!p.type(ValueId{i}).is_scalar()) most = std::max(most, p.type(ValueId{i}).elements());
  return most;
}

/// The Program with scalars in place of arrays, if that is short and possible. Inside a map the lanes are its points;
/// elsewhere they are the elements of arrays, which are only given up where they would not fill a vector.
std::optional<Scalarized> scalars_of(const Program& p, bool inside_map, const LowerOptions& options) {
  const size_t lines = inside_map ? options.scalar_body_lines : options.scalar_lines;
  const int64_t largest = largest_array(p);
  if (largest == 0 || lines == 0 || (!inside_map && largest > 4)) return {};
  int64_t elements = 0;
  for (const Type& type : p.input_types()) elements += type.elements();
  for (const Type& type : p.output_types()) elements += type.elements();
  if (elements > static_cast<int64_t>(lines)) return {};
  try {
    Scalarized scalars = scalarize(p, 4 * lines);
    if (scalars.program.size() <= lines) return scalars;
  } catch (const Error&) {
    // steered by integers of the run, or too long: written as loops
  }
  return {};
}

/// Places of the elements of arrays, one after the other.
std::vector<Place> element_places(Shared& shared, std::span<const Place> places, std::span<const Type> types) {
  std::vector<Place> all;
  KernelBuilder& k = shared.k;
  for (size_t j = 0; j < places.size(); ++j)
    for (int64_t e = 0; e < types[j].elements(); ++e)
      all.push_back({.load = [&k, place = &places[j], dtype = types[j].dtype, e](Integer) { return k.load(*place, dtype, Integer(e)); },
                     .store = [&k, place = &places[j], dtype = types[j].dtype, e](Integer, uint32_t slot) { k.store(*place, dtype, Integer(e), slot); }});
  return all;
}

void write_program(Shared& shared, const Program& p, std::span<const Place> in, std::span<const Place> out) {
  const auto scalars = scalars_of(p, shared.k.inside_points(), shared.options);
  if (!scalars) return ProgramWriter(shared, p, in, out)();
  const std::vector<Place> x = element_places(shared, in, scalars->inputs), y = element_places(shared, out, scalars->outputs);
  ProgramWriter(shared, scalars->program, x, y)();
}

void collect_tables(const Program& p, std::vector<Array>& tables) {
  for (uint32_t i = 0; i < p.size(); ++i) {
    const ValueId v{i};
    if (p.is_constant(v) && p.type(v).elements() != 1) tables.push_back(p.constant(v));
    for (const auto& [name, attribute] : p.attributes(v))
      if (std::holds_alternative<NestedProgram>(attribute)) collect_tables(*std::get<NestedProgram>(attribute), tables);
  }
}

}  // namespace

LoweredProgram lower(const Program& p, LowerOptions options) {
  LoweredProgram result;
  collect_tables(p, result.constants);
  std::vector<Type> operands = p.input_types(), results = p.output_types();
  std::map<const void*, uint32_t> tables;
  for (const Array& table : result.constants) {
    tables.emplace(table.view().data, static_cast<uint32_t>(operands.size()));
    operands.push_back(table.type());
  }
  results.push_back(f64());
  KernelBuilder builder(operands, results);
  std::vector<Place> in, out;
  for (uint32_t k = 0; k < p.inputs(); ++k) in.push_back({.buffer = k});
  for (uint32_t k = 0; k < results.size(); ++k) out.push_back({.buffer = static_cast<uint32_t>(operands.size()) + k});
  Shared shared{builder, options, tables, out.back()};
  builder.store(shared.failures, DType::f64, Integer(0), builder.constant(0.0));
  write_program(shared, p, in, std::span(out).first(out.size() - 1));
  result.kernel = builder.finish();
  prepare_natives(result.kernel);
  return result;
}

LoweredProgram lower_for_running(const Program& p, LowerOptions options) {
  bool loops = false;
  for (uint32_t i = 0; i < p.size() && !loops; ++i) loops = p.primitive(ValueId{i}).family == Family::control;
  try {
    const Program short_bodies = loops ? trim_loops(options.natives ? loop_products(keep_steps(hoist(p))) : hoist(p)) : p;
    return lower(options.scheduled ? scheduled(short_bodies) : short_bodies, options);
  } catch (const UsageError&) {  // its lines have other numbers
    return lower(p, options);
  }
}

}  // namespace wengert
