// SPDX-License-Identifier: Apache-2.0
#include "wengert/exec/c_lanes.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace wengert {
namespace {

using Kind = RegisterKind;

struct LaneText {
  std::string_view name, text;
};

/// @ stands for the prefix, $ for the type of masks, # for that of reals, % for the bytes of a vector of reals, & for
/// those of one of integers, ^ for the sign of a directive. In order: what a text names stands above it.
constexpr std::array lane_texts{
    LaneText{"reals", "typedef # @_reals __attribute__((vector_size(%)));\n"},
    LaneText{"packed", "typedef # @_packed __attribute__((vector_size(%), aligned(sizeof(#)), may_alias));\n"},
    LaneText{"masks", "typedef $ @_masks __attribute__((vector_size(%))); /* -1: true */\n"},
    LaneText{"integers", "typedef int64_t @_integers __attribute__((vector_size(&)));\n"},
    LaneText{"zeros", "static const @_reals @_zeros = {0};\n"},
    LaneText{"none", "static const @_masks @_none = {0};\n"},
    LaneText{"nothing", "static const @_integers @_nothing = {0};\n"},
    LaneText{"EACH", "^define @_EACH for (int c_lane = 0; c_lane < @_LANES; ++c_lane)\n"},
    LaneText{"SPLAT", "^define @_SPLAT(x) ((x)-@_zeros)\n"},
    LaneText{"TRUTH", "^define @_TRUTH(x) (@_none - ((x) != 0))\n"},
    LaneText{"COUNT", "^define @_COUNT(x) (@_nothing + (x))\n"},
    LaneText{"CHOOSE", "^define @_CHOOSE(m, a, b) ((@_reals)(((m) & (@_masks)(a)) | (~(m) & (@_masks)(b))))\n"},
    LaneText{"MAX",
             "^define @_MAX(a, b) \\\n"
             "  @_CHOOSE((@_masks)((a) >= (b)), a, @_CHOOSE((@_masks)((b) > (a)), b, (a) + (b)))\n"},
    LaneText{"MIN",
             "^define @_MIN(a, b) \\\n"
             "  @_CHOOSE((@_masks)((a) <= (b)), a, @_CHOOSE((@_masks)((b) < (a)), b, (a) + (b)))\n"},
};

bool is_vector_operation(Micro op) {
  constexpr std::array operations{Micro::copy_real, Micro::add,         Micro::subtract,   Micro::multiply,
                                  Micro::divide,    Micro::negate,      Micro::absolute,   Micro::minimum,
                                  Micro::maximum,   Micro::select_real, Micro::less,       Micro::less_equal,
                                  Micro::equal,     Micro::logical_and, Micro::logical_or, Micro::logical_not};
  return std::ranges::find(operations, op) != operations.end();
}

}  // namespace

std::optional<std::vector<std::vector<bool>>> varying_registers(const Kernel& kernel,
                                                                const std::vector<std::string>& strides) {
  std::vector<std::vector<bool>> varying{{},
                                         std::vector<bool>(kernel.reals + 1),
                                         std::vector<bool>(kernel.integers + 1),
                                         std::vector<bool>(kernel.booleans + 1)};
  const auto of = [&](Kind kind, uint32_t slot) { return varying[static_cast<size_t>(kind)][slot]; };
  for (bool again = true; again;) {
    again = false;
    for (const MicroStep& s : kernel.steps) {
      const StepForm form = form_of(s);
      bool varies = form.buffer && form.to != Kind::none && !strides[s.a].empty();
      for_each_operand(s, [&](Kind kind, uint32_t slot) { varies = varies || of(kind, slot); });
      if (form.to == Kind::none || !varies) continue;
      if (s.op == Micro::loop) return {};
      again = again || !of(form.to, s.to);
      varying[static_cast<size_t>(form.to)][s.to] = true;
    }
  }
  return varying;
}

CLaneWriter::CLaneWriter(const Kernel& kernel, const CKernelStyle& style)
    : CWriter(kernel, style), varying_(*varying_registers(kernel, style.strides)) {}

std::string CLaneWriter::type_of(RegisterId id) const {
  if (!varies(id)) return CWriter::type_of(id);
  return macro(id.kind == Kind::real ? "reals" : id.kind == Kind::integer ? "integers" : "masks");
}

std::string CLaneWriter::initial(RegisterId id) const {
  const std::string one = CWriter::initial(id);
  if (!varies(id)) return one;
  return fmt::format("{}({})",
                     macro(id.kind == Kind::real      ? "SPLAT"
                           : id.kind == Kind::integer ? "COUNT"
                                                      : "TRUTH"),
                     one);
}

/// As the statement for one point sees it.
CExpression CLaneWriter::use(RegisterId id) {
  const bool known = id.kind == Kind::integer && table_.known_integer(id);
  if (!varies(id) || known) return CWriter::use(id);
  if (id.kind == Kind::boolean) return {name(id) + "[c_lane] != 0", CBinding::comparison};
  return {name(id) + "[c_lane]"};
}

CExpression CLaneWriter::element(uint32_t buffer, const CExpression& index) {
  if (!of_points(buffer)) return CWriter::element(buffer, index);
  result_.buffers.insert(buffer);
  const std::string first =
      index.text == "0" ? "" : fmt::format("{} * {} + ", bound(index, CBinding::unary), style_.strides[buffer]);
  return made(fmt::format("{}[{}c_lane]", style_.buffers[buffer], first), CBinding::primary, {&index});
}

/// Whether the reals of neighbouring points fill a vector as they are.
bool CLaneWriter::has_vectors(uint32_t buffer) const {
  const DType dtype = buffer_type(kernel_, buffer).dtype;
  return of_points(buffer) && (dtype == DType::f64 || (dtype == DType::f32 && style_.single));
}

std::string CLaneWriter::packed(uint32_t buffer, const std::string& index, bool written) {
  result_.buffers.insert(buffer);
  const std::string place = index == "0"
                                ? style_.buffers[buffer]
                                : fmt::format("({} + {} * {})", style_.buffers[buffer], index, style_.strides[buffer]);
  return fmt::format("*({}{}*){}", written ? "" : "const ", macro("packed"), place);
}

/// A real register as a vector.
std::string CLaneWriter::vector(RegisterId id) {
  if (varies(id)) return name(id);
  return fmt::format("{}({})", macro("SPLAT"), CWriter::use(id).text);
}

std::string CLaneWriter::truth(uint32_t slot) {
  const RegisterId id{Kind::boolean, slot};
  if (varies(id)) return name(id);
  return fmt::format("{}({})", macro("TRUTH"), CWriter::use(id).text);
}

std::string CLaneWriter::logic(const MicroStep& s) {
  if (s.op == Micro::logical_not) return "~" + truth(s.a);
  if (s.op == Micro::logical_and) return fmt::format("{} & {}", truth(s.a), truth(s.b));
  if (s.op == Micro::logical_or) return fmt::format("{} | {}", truth(s.a), truth(s.b));
  const std::string_view sign = s.op == Micro::less ? "<" : s.op == Micro::less_equal ? "<=" : "==";
  return fmt::format("({})({} {} {})", macro("masks"), vector({Kind::real, s.a}), sign, vector({Kind::real, s.b}));
}

std::string CLaneWriter::operation(const MicroStep& s) {
  if (form_of(s).to == Kind::boolean) return logic(s);
  if (s.op == Micro::select_real)
    return fmt::format("{}({}, {}, {})", macro("CHOOSE"), truth(s.a), vector({Kind::real, s.b}),
                       vector({Kind::real, s.c}));
  const std::string a = vector({Kind::real, s.a});
  if (s.op == Micro::copy_real) return a;
  if (s.op == Micro::negate) return "-" + a;
  if (s.op == Micro::absolute)
    return fmt::format("({})(({}){} & {})", macro("reals"), macro("masks"), a,
                       style_.single ? "INT32_MAX" : "INT64_MAX");
  const std::string b = vector({Kind::real, s.b});
  if (s.op == Micro::minimum || s.op == Micro::maximum)
    return fmt::format("{}({}, {})", macro(s.op == Micro::minimum ? "MIN" : "MAX"), a, b);
  const char sign = s.op == Micro::add ? '+' : s.op == Micro::subtract ? '-' : s.op == Micro::multiply ? '*' : '/';
  return fmt::format("{} {} {}", a, sign, b);
}

void CLaneWriter::assign_vector(RegisterId id, size_t at, const std::string& text) {
  if (table_[id].variable())
    return line(fmt::format("{}{} = {};", declares(id, at) ? type_of(id) + " " : std::string(), name(id), text));
  line(fmt::format("const {} {} = {};", type_of(id), name(id), text));
}

/// The statement for one point, for each.
void CLaneWriter::assign_each(RegisterId id, size_t at, const CExpression& e) {
  if (!table_[id].variable() || declares(id, at)) line(fmt::format("{} {};", type_of(id), name(id)));
  const std::string value = id.kind == Kind::boolean ? fmt::format("-({})", e.text) : e.text;
  line(fmt::format("{} {}[c_lane] = {};", macro("EACH"), name(id), value));
}

void CLaneWriter::store_lanes(const MicroStep& s) {
  if (style_.buffers[s.a].empty()) return;
  const StepForm form = form_of(s);
  const RegisterId value{form.c, s.c}, index{Kind::integer, s.b};
  if (has_vectors(s.a) && (!varies(index) || table_.known_integer(index))) {
    const std::string place = packed(s.a, bound(use(index), CBinding::unary), true), what = vector(value);
    return line(fmt::format("{} {} {};", place, s.op == Micro::accumulate_real ? "+=" : "=", what));
  }
  const CExpression place = element(s.a, use(index));
  line(fmt::format("{} {}", macro("EACH"), stored(s, place, use(value))));
}

void CLaneWriter::step(size_t at, const MicroStep& s) {
  const StepForm form = form_of(s);
  const RegisterId to{form.to, s.to};
  if (form.buffer && form.to == Kind::none) return store_lanes(s);
  if (form.to == Kind::none || !varies(to)) return CWriter::step(at, s);
  const RegisterId index{Kind::integer, s.b};
  if (s.op == Micro::load_real && has_vectors(s.a) && (!varies(index) || table_.known_integer(index)))
    return assign_vector(to, at, packed(s.a, bound(use(index), CBinding::unary), false));
  if (is_vector_operation(s.op)) return assign_vector(to, at, operation(s));
  assign_each(to, at, value_of(s));
}

std::string c_lane_definitions(const std::string& prefix, int lanes, bool single, const std::string& text) {
  std::string result;
  std::string needed = text;
  std::vector<std::string_view> chosen;
  for (size_t k = lane_texts.size(); k-- > 0;) {
    if (needed.find(prefix + "_" + std::string(lane_texts[k].name)) == std::string::npos) continue;
    chosen.push_back(lane_texts[k].text);
    for (char c : lane_texts[k].text) needed += c == '@' ? prefix : std::string(1, c);
  }
  for (auto lane_text = chosen.rbegin(); lane_text != chosen.rend(); ++lane_text)
    for (char c : *lane_text) {
      if (c == '@')
        result += prefix;
      else if (c == '^')
        result += '#';
      else if (c == '#')
        result += single ? "float" : "double";
      else if (c == '$')
        result += single ? "int32_t" : "int64_t";
      else if (c == '%')
        result += std::to_string(lanes * (single ? 4 : 8));
      else if (c == '&' && lane_text->find("vector_size(&)") != std::string_view::npos)
        result += std::to_string(lanes * 8);
      else
        result += c;
    }
  return result;
}

}  // namespace wengert
