// SPDX-License-Identifier: Apache-2.0
#include "wengert/ir/program.h"

#include <algorithm>
#include <bit>
#include <deque>
#include <fmt/format.h>
#include <limits>
#include <unordered_map>

#include "wengert/ir/primitive.h"
#include "wengert/ir/registry.h"

namespace wengert {

struct Program::List {
  std::string name;
  size_t inputs = 0;
  std::vector<uint16_t> primitive;      // number in the registry
  std::vector<uint16_t> type;           // place in `types`
  std::vector<uint32_t> first_operand;  // place in `operands`; the next line's is the end
  std::vector<uint32_t> attribute;      // place in `attributes`, or in `literals` for a scalar constant; 0: none
  std::vector<ValueId> operands;
  std::deque<Type> types;               // a deque: references to types stay valid while lines are added
  std::vector<Attributes> attributes{1};
  std::vector<double> literals{0};
  std::vector<ValueId> outputs;
  std::unordered_map<uint32_t, std::string> names;
  std::vector<std::pair<uint32_t, Site>> sites;  // from that line on
};

namespace {

struct TypeHash {
  size_t operator()(const Type& type) const {
    size_t hash = static_cast<size_t>(type.dtype);
    for (int64_t extent : type.shape) hash = (hash ^ static_cast<size_t>(extent)) * 0x9e3779b97f4a7c15u + (hash >> 29);
    return hash;
  }
};

}  // namespace

/// What only the builder needs: finding an equal type or literal again.
struct ProgramBuilder::Lookup {
  std::unordered_map<Type, uint16_t, TypeHash> types;
  std::unordered_map<uint64_t, uint32_t> literals[2];  // by bits, for f64 and f32; values, not places
};

namespace {

const Attributes no_attributes;

const Primitive& record(uint16_t id) { return *primitives()[id]; }

}  // namespace

Program::Program() {
  static const auto empty = std::make_shared<const List>();
  list_ = empty;
}

const std::string& Program::name() const { return list_->name; }
size_t Program::size() const { return list_->primitive.size(); }
size_t Program::inputs() const { return list_->inputs; }
std::span<const ValueId> Program::outputs() const { return list_->outputs; }
const Primitive& Program::primitive(ValueId v) const { return record(list_->primitive[wengert::index(v)]); }

std::span<const ValueId> Program::operands(ValueId v) const {
  const size_t i = wengert::index(v);
  const size_t begin = list_->first_operand[i];
  const size_t end = i + 1 < size() ? list_->first_operand[i + 1] : list_->operands.size();
  return {list_->operands.data() + begin, end - begin};
}

const Attributes& Program::attributes(ValueId v) const {
  if (list_->primitive[wengert::index(v)] == constant_p.id) return no_attributes;
  return list_->attributes[list_->attribute[wengert::index(v)]];
}

const Type& Program::type(ValueId v) const { return list_->types[list_->type[wengert::index(v)]]; }

Instruction Program::operator[](ValueId v) const {
  int results = 1;
  for (size_t i = wengert::index(v) + 1; i < size() && list_->primitive[i] == result_p.id; ++i) ++results;
  return {v, primitive(v), operands(v), attributes(v), results};
}

bool Program::is_constant(ValueId v) const { return list_->primitive[wengert::index(v)] == constant_p.id; }

double Program::literal(ValueId v) const {
  if (!is_constant(v) || !type(v).is_scalar() || !is_float(type(v).dtype)) return std::numeric_limits<double>::quiet_NaN();
  return list_->literals[list_->attribute[wengert::index(v)]];
}

Array Program::constant(ValueId v) const {
  if (type(v).is_scalar() && is_float(type(v).dtype)) return Array::filled(type(v), literal(v));
  return list_->attributes[list_->attribute[wengert::index(v)]].array("value");
}

std::string_view Program::value_name(ValueId v) const {
  const auto found = list_->names.find(static_cast<uint32_t>(v));
  return found == list_->names.end() ? std::string_view{} : std::string_view(found->second);
}

Site Program::site(ValueId v) const {
  const auto& sites = list_->sites;
  const auto after = std::upper_bound(sites.begin(), sites.end(), static_cast<uint32_t>(v),
                                      [](uint32_t line, const auto& entry) { return line < entry.first; });
  return after == sites.begin() ? Site{} : std::prev(after)->second;
}

std::vector<Type> Program::input_types() const {
  std::vector<Type> types;
  for (uint32_t i = 0; i < inputs(); ++i) types.push_back(type(ValueId{i}));
  return types;
}

std::vector<Type> Program::output_types() const {
  std::vector<Type> types;
  for (ValueId v : outputs()) types.push_back(type(v));
  return types;
}

std::string Program::where(ValueId v) const {
  const auto label = [&](ValueId x) {
    const auto given = value_name(x);
    return given.empty() ? fmt::format("%{}", wengert::index(x)) : std::string(given);
  };
  const Site place = site(v);
  std::string text = to_string(place);
  if (!text.empty()) text += ", ";
  if (place.operation != Site::no_operation)  // the user knows the Program that was differentiated, not this one
    return text + fmt::format("{}{} at %{}, in program \"{}\"", place.derivative ? "the derivative of " : "",
                              record(place.operation).name, place.value, name());
  text += fmt::format("{} = {}", label(v), primitive(v).name);
  for (ValueId operand : operands(v)) text += " " + label(operand);
  return text + fmt::format(" in program \"{}\"", name());
}

size_t Program::bytes() const {
  const List& l = *list_;
  return (l.primitive.capacity() + l.type.capacity()) * 2 +
         (l.first_operand.capacity() + l.attribute.capacity() + l.operands.capacity()) * 4 +
         l.types.size() * sizeof(Type) + l.attributes.capacity() * sizeof(Attributes) + l.literals.capacity() * 8 +
         l.sites.capacity() * sizeof(l.sites[0]) + l.names.size() * 64;
}

Program Program::renamed(std::string name) const {
  auto copy = std::make_shared<List>(*list_);
  copy->name = std::move(name);
  Program result;
  result.list_ = std::move(copy);
  return result;
}

bool operator==(const Program& a, const Program& b) {
  if (a.list_ == b.list_) return true;
  if (a.size() != b.size() || a.inputs() != b.inputs() || !std::ranges::equal(a.outputs(), b.outputs())) return false;
  for (uint32_t i = 0; i < a.size(); ++i) {
    const ValueId v{i};
    if (&a.primitive(v) != &b.primitive(v) || a.type(v) != b.type(v)) return false;
    if (!std::ranges::equal(a.operands(v), b.operands(v))) return false;
    if (a.is_constant(v) ? !(a.constant(v) == b.constant(v)) : !(a.attributes(v) == b.attributes(v))) return false;
  }
  return true;
}

ProgramBuilder::ProgramBuilder(std::string name) : lookup_(std::make_unique<Lookup>()) {
  auto list = std::make_shared<Program::List>();
  list->name = std::move(name);
  list_ = list.get();
  view_.list_ = std::move(list);
}

ProgramBuilder::~ProgramBuilder() = default;
ProgramBuilder::ProgramBuilder(ProgramBuilder&&) noexcept = default;
ProgramBuilder& ProgramBuilder::operator=(ProgramBuilder&&) noexcept = default;

size_t ProgramBuilder::size() const { return list_->primitive.size(); }
const Type& ProgramBuilder::type(ValueId v) const { return view_.type(v); }

ValueId ProgramBuilder::push(uint16_t primitive, const Type& type, std::span<const ValueId> operands, uint32_t attribute) {
  Program::List& l = *list_;
  if (l.primitive.size() >= 0xfffffff0u || l.operands.size() + operands.size() >= 0xfffffff0u)
    throw ResourceError("W403", "a Program has at most 2^32 - 16 lines", {}, "record a body once and loop over it with map or scan");
  uint16_t kind = l.type.empty() ? 0 : l.type.back();
  if (l.types.empty() || !(l.types[kind] == type)) {  // nearly always the type of the line before
    const auto [place, added] = lookup_->types.try_emplace(type, static_cast<uint16_t>(l.types.size()));
    if (l.types.size() == 0xffff && added)
      throw ResourceError("W403", "a Program has at most 65535 different array types", {}, "split it with call");
    kind = place->second;
    if (added) l.types.push_back(type);
  }
  const ValueId value{static_cast<uint32_t>(l.primitive.size())};
  l.primitive.push_back(primitive);
  l.type.push_back(kind);
  l.first_operand.push_back(static_cast<uint32_t>(l.operands.size()));
  l.attribute.push_back(attribute);
  l.operands.insert(l.operands.end(), operands.begin(), operands.end());
  return value;
}

ValueId ProgramBuilder::input(const Type& type, std::string name) {
  if (size() != list_->inputs)
    throw UsageError("W104", fmt::format("input \"{}\" of program \"{}\" comes after other lines", name, list_->name), {},
                     "declare all inputs first");
  const ValueId value = push(input_p.id, type, {}, 0);
  ++list_->inputs;
  if (!name.empty()) name_value(value, std::move(name));
  return value;
}

ValueId ProgramBuilder::literal(double value, DType dtype) {
  if (dtype == DType::f32) value = static_cast<float>(value);
  auto& known = lookup_->literals[dtype == DType::f32];
  const auto [place, added] = known.try_emplace(std::bit_cast<uint64_t>(value), 0);
  if (!added) return ValueId{place->second};
  list_->literals.push_back(value);
  const ValueId v = push(constant_p.id, Type{dtype, {}}, {}, static_cast<uint32_t>(list_->literals.size() - 1));
  place->second = static_cast<uint32_t>(v);
  return v;
}

ValueId ProgramBuilder::constant(const Array& value) {
  if (value.shape().rank() == 0 && is_float(value.dtype())) return literal(value.item(), value.dtype());
  list_->attributes.push_back({{"value", value}});
  return push(constant_p.id, value.type(), {}, static_cast<uint32_t>(list_->attributes.size() - 1));
}

ValueId ProgramBuilder::append(const Primitive& primitive, std::span<const ValueId> operands, const Attributes& attributes,
                               Site site) {
  std::vector<Type> types;
  for (ValueId v : operands) types.push_back(type(v));
  const auto results = primitive.result_types({primitive, types, attributes});
  return append_typed(primitive, operands, attributes, results, site);
}

ValueId ProgramBuilder::append_typed(const Primitive& primitive, std::span<const ValueId> operands,
                                     const Attributes& attributes, std::span<const Type> results, Site site) {
  for (ValueId v : operands)
    if (index(v) >= size())
      throw InternalError("W901", fmt::format("operand %{} of {} stands after its use at line {}", index(v), primitive.name, size()));
  uint32_t attribute = 0;
  if (!attributes.empty()) {
    list_->attributes.push_back(attributes);
    attribute = static_cast<uint32_t>(list_->attributes.size() - 1);
  }
  if (list_->sites.empty() ? !(site == Site{}) : !(list_->sites.back().second == site))
    list_->sites.emplace_back(static_cast<uint32_t>(size()), site);
  const ValueId first = push(primitive.id, results[0], operands, attribute);
  for (size_t k = 1; k < results.size(); ++k) push(result_p.id, results[k], {&first, 1}, 0);
  return first;
}

void ProgramBuilder::name_value(ValueId value, std::string name) {
  list_->names[static_cast<uint32_t>(value)] = std::move(name);
}

Program ProgramBuilder::finish(std::span<const ValueId> outputs) {
  list_->outputs.assign(outputs.begin(), outputs.end());
  list_ = nullptr;
  return std::move(view_);
}

}  // namespace wengert
