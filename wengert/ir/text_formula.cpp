// SPDX-License-Identifier: Apache-2.0
//
// Expressions of the text form: precedence climbing over one word ahead, recording as it reads.
#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <numbers>

#include "wengert/ir/registry.h"
#include "wengert/ir/text_reader.h"

namespace wengert::text {
namespace {

constexpr int deepest = 200;  // parentheses, calls and powers inside one another

struct Operator {
  char sign;
  int precedence;
  std::string_view primitive;
  bool swapped = false;
};
constexpr int of_sums = 1, of_powers = 4;
constexpr Operator operators[] = {
    {'<', 0, "less"},  {'l', 0, "less_equal"}, {'>', 0, "less", true}, {'g', 0, "less_equal", true},
    {'q', 0, "equal"}, {'+', of_sums, "add"},  {'-', of_sums, "sub"},  {'*', 2, "mul"},
    {'/', 2, "div"},   {'^', of_powers, "pow"}};

const Operator* find_operator(const Token& token) {
  if (token.kind != Token::Kind::sign) return nullptr;
  const auto found =
      std::find_if(std::begin(operators), std::end(operators), [&](const Operator& o) { return o.sign == token.sign; });
  return found == std::end(operators) ? nullptr : found;
}

bool is_number_word(const Token& token) {
  return token.kind == Token::Kind::number || token.is("inf") || token.is("nan") || token.is("true") ||
         token.is("false");
}

bool names_value(const Token& token) {
  if (token.kind == Token::Kind::name) return !is_keyword(token.text);
  return token.kind == Token::Kind::quoted || token.kind == Token::Kind::label;
}

/// Records whose operands broadcast as those of an elementwise function do, though their family is another.
bool broadcasts(const Primitive& primitive) {
  static constexpr std::string_view names[] = {"less", "less_equal", "equal", "logical_and", "logical_or", "select"};
  return primitive.family == Family::elementwise ||
         std::find(std::begin(names), std::end(names), primitive.name) != std::end(names);
}

std::optional<double> number_by_name(const Token& token) {
  if (token.is("pi")) return std::numbers::pi;
  if (token.is("e")) return std::numbers::e;
  return {};
}

std::string quote(const Token& token) { return displayed(token.text); }

std::vector<std::string_view> operation_names() {
  std::vector<std::string_view> names = function_names();
  for (const Primitive* primitive : primitives())
    if (primitive->family != Family::structure) names.push_back(primitive->name);
  return names;
}

}  // namespace

const Primitive* operation(std::string_view name) {
  thread_local std::unordered_map<std::string_view, const Primitive*> known;
  if (const auto found = known.find(name); found != known.end()) return found->second;
  const Primitive* primitive = find_primitive(name);
  if (primitive == nullptr || primitive->family == Family::structure) return nullptr;
  known.emplace(primitive->name, primitive);
  return primitive;
}

template <class F> auto ProgramReader::placed(size_t at, F f) const {
  try {
    return f();
  } catch (const Error& error) {
    error.rethrow_at(source().place(at));
  }
}

Operand ProgramReader::expression(int least, std::optional<Operand> first) {
  if (++depth_ > deepest)
    throw ResourceError("W514", fmt::format("the expression is nested more than {} deep", deepest),
                        source().place(lexer_.current().at), "give parts of it names on lines of their own");
  Operand left = first ? *first : unary();
  while (const Operator* op = goes_on() ? find_operator(lexer_.current()) : nullptr) {
    if (op->precedence < least) break;
    const Token sign = lexer_.take();
    if (sign.is('*') && lexer_.current().is('*') && lexer_.current().at == sign.at + 1)
      source().fail("W500", sign.at, "** is no operator", "a power is written with ^, as in x^2");
    Operand right = expression(op->precedence == of_powers ? of_powers : op->precedence + 1);
    if (op->swapped) std::swap(left, right);
    left = record({sign}, op->primitive, {left, right});
  }
  --depth_;
  return left;
}

Operand ProgramReader::unary() {
  const Token& sign = lexer_.current();
  const bool integer = lexer_.ahead().kind == Token::Kind::number && lexer_.ahead().suffix == "i64";
  if (sign.is('-') && integer) return number();
  if (sign.is('+')) {
    lexer_.take();
    return expression(of_powers);
  }
  if (!sign.is('-')) return primary();
  const Token minus = lexer_.take();
  return negated(expression(of_powers), minus);
}

Operand ProgramReader::negated(Operand operand, const Token& minus) {
  if (!operand.is_number()) return record({minus}, "neg", {operand});
  operand.number = -operand.number;
  operand.at = minus.at;
  return operand;
}

Operand ProgramReader::primary() {
  const Token token = lexer_.current();
  if (is_number_word(token)) return number();
  if (token.is('(')) {
    lexer_.take();
    ++open_;
    const Operand inner = expression(0);
    --open_;
    if (!lexer_.accept(')'))
      lexer_.unexpected(fmt::format("')' to close the '(' of line {}", source().line(token.at)), missing_operator());
    return inner;
  }
  const bool call_follows =
      lexer_.ahead().is('{') || (lexer_.ahead().is('(') && (open_ > 0 || !lexer_.ahead().first_on_line));
  if (token.kind == Token::Kind::name && call_follows) return call(head());
  if (!names_value(token)) lexer_.unexpected("a value, a number, a function or '('");
  return named();
}

std::string ProgramReader::missing_operator() const {
  const Token& token = lexer_.current();
  if (token.is('[')) return "an element is gather(x, 0i64), a part is slice(x, start=[0], size=[2])";
  const bool operand = is_number_word(token) || names_value(token) || token.is('(');
  return operand ? "for a product write *, as in 2*x" : "";
}

Operand ProgramReader::named() {
  const Token token = lexer_.current();
  const Operand* known = scope_.find(source(), token);
  Operand operand;
  if (known != nullptr)
    operand = *known;
  else if (const auto number = number_by_name(token))
    operand.number = *number;
  else
    unknown_value(token);
  operand.at = lexer_.take().at;
  return operand;
}

Operand ProgramReader::number() {
  const Token& token = lexer_.current().is('-') ? lexer_.ahead() : lexer_.current();
  Operand operand;
  operand.at = lexer_.current().at;
  if (token.suffix == "i64")
    operand.value = builder_.constant(Array::of<int64_t>({}, std::array{read_integer(lexer_)}));
  else if (token.is("true") || token.is("false"))
    operand.value = builder_.constant(read_array(lexer_, boolean(), programs_.budget));
  else if (token.suffix == "f32")
    operand.number = read_real<float>(lexer_), operand.dtype = DType::f32;
  else {
    if (token.suffix == "f64") operand.dtype = DType::f64;
    operand.number = read_real<double>(lexer_);
  }
  return operand;
}

Operand ProgramReader::atom() {
  const Token& token = lexer_.current();
  if (is_number_word(token)) return number();
  if (token.is('-') && is_number_word(lexer_.ahead())) return number();
  if (!names_value(token))
    lexer_.unexpected("a value or a number",
                      "operands of the printed form are separated by blanks; formulas are written name(a, b)");
  return named();
}

Head ProgramReader::head() {
  Head head{lexer_.take()};
  head.primitive = operation(head.name.text);
  const bool known = head.primitive != nullptr || find_function(head.name.text) != nullptr ||
                     programs_.by_name.contains(std::string(head.name.text));
  if (!known) unknown_function(head.name);
  head.attributes = read_attributes(lexer_, programs_);
  return head;
}

Operand ProgramReader::call(Head head) {
  if (!lexer_.accept('(')) lexer_.unexpected(fmt::format("'(' after {}", quote(head.name)));
  ++open_;
  std::vector<Operand> operands;
  for (bool more = !lexer_.current().is(')'); more; more = lexer_.accept(',')) {
    const bool attribute = lexer_.current().kind == Token::Kind::name && lexer_.ahead().is('=');
    if (attribute)
      set_attribute(head.attributes, lexer_, programs_);
    else
      operands.push_back(expression(0));
  }
  --open_;
  if (!lexer_.accept(')'))
    lexer_.unexpected(fmt::format("',' or ')' in the call of {}", quote(head.name)), missing_operator());
  return apply(head, std::move(operands));
}

Operand ProgramReader::apply(const Head& head, std::vector<Operand> operands) {
  if (const Primitive* taken = operation(attributes_of(head.name.text)))  // before a function looks at some of them
    placed(head.name.at, [&] { taken->check_attributes(head.attributes); });
  if (const Function function = find_function(head.name.text)) {
    const auto result = placed(head.name.at, [&] { return function(*this, head, operands); });
    if (result) return *result;
  }
  if (head.primitive != nullptr) return record(head, std::move(operands));
  const Program& body = programs_.use(lexer_, head.name, std::string(head.name.text));
  if (!head.attributes.empty())
    source().fail("W504", head.name.at, fmt::format("{} is a program above and takes no attributes", quote(head.name)),
                  "leave the attributes out; what varies is an input of the program");
  return record(head, "call", std::move(operands), {{"body", NestedProgram(body)}});
}

ValueId ProgramReader::line(const Operand& operand, DType dtype) {
  if (operand.results != 1)
    source().fail("W506", operand.at, fmt::format("{} results cannot be one operand", operand.results),
                  "give each a name first: a, b = ...");
  return operand.is_number() ? builder_.literal(operand.number, operand.dtype.value_or(dtype)) : operand.value;
}

std::vector<Operand> ProgramReader::aligned(const Head& head, std::vector<Operand> operands) {
  std::optional<DType> dtype;  // of the values; bool only if nothing else is there
  for (const Operand& o : operands) {
    const DType own = o.is_number() ? o.dtype.value_or(DType::boolean) : type(o).dtype;
    if (!dtype || *dtype == DType::boolean) dtype = own;
  }
  if (!dtype || *dtype == DType::boolean) dtype = DType::f64;
  for (Operand& o : operands) {
    const bool whole = o.is_number() && *dtype == DType::i64 && !o.dtype && std::abs(o.number) < 0x1p53 &&
                       std::trunc(o.number) == o.number;
    if (whole)
      o.value = builder_.constant(Array::filled(i64(), o.number));
    else
      o.value = line(o, is_float(*dtype) ? *dtype : DType::f64);
  }
  if (!broadcasts(*head.primitive)) return operands;
  Shape shape;
  for (const Operand& o : operands) shape = placed(head.name.at, [&] { return broadcast(shape, type(o).shape); });
  for (Operand& o : operands)
    if (type(o).shape != shape)
      o = record(head, "broadcast", {o}, {{"shape", std::vector<int64_t>(shape.begin(), shape.end())}});
  return operands;
}

void ProgramReader::check_count(const Head& head, size_t operands) const {
  const int arity = head.primitive->arity;
  if (arity == Primitive::any_arity || static_cast<size_t>(arity) == operands) return;
  const std::string_view name = head.primitive->name;
  if (arity == 2 && operands > 2 && broadcasts(*head.primitive))
    source().fail("W506", head.name.at, fmt::format("{} takes {} operands, {} are given", name, arity, operands),
                  fmt::format("for more than two, nest the calls: {0}({0}(x, y), z)", name));
  wrong_count(source(), head.name, name, static_cast<size_t>(arity), operands);
}

Operand ProgramReader::append(const Head& head, const std::vector<Operand>& operands) {
  check_count(head, operands.size());
  std::vector<ValueId> values;
  for (const Operand& o : operands) values.push_back(line(o));
  return placed(head.name.at, [&] {
    std::vector<Type> types;
    for (ValueId v : values) types.push_back(builder_.type(v));
    const auto results = head.primitive->result_types({*head.primitive, types, head.attributes});
    Operand result;
    result.value = builder_.append_typed(*head.primitive, values, head.attributes, results, {});
    result.results = static_cast<int>(results.size());
    result.at = head.name.at;
    return result;
  });
}

Operand ProgramReader::record(const Head& head, std::vector<Operand> operands) {
  check_count(head, operands.size());
  return append(head, aligned(head, std::move(operands)));
}

Operand ProgramReader::record(const Head& like, std::string_view primitive, std::vector<Operand> operands,
                              Attributes attributes) {
  Head head{like.name, operation(primitive), std::move(attributes)};
  if (head.primitive == nullptr)
    source().fail("W504", like.name.at,
                  fmt::format("this needs the primitive {}, which is not in the registry", primitive),
                  "link the whole library: its records register themselves");
  return record(head, std::move(operands));
}

Operand ProgramReader::constant_line(const Token& head) {
  const Token& token = lexer_.current();
  const bool typed = token.kind == Token::Kind::name && !is_number_word(token);
  Operand operand;
  if (typed) {
    const Type type = read_type(lexer_);
    const Array value = read_array(lexer_, type, programs_.budget);
    operand.value = placed(head.at, [&] { return builder_.constant(value); });
  } else {
    operand.value = line(atom());
  }
  operand.at = head.at;
  return operand;
}

Operand ProgramReader::instruction(const Head& head) {
  std::vector<Operand> operands;
  while (!lexer_.current().first_on_line && !lexer_.current().is(';') && !lexer_.current().is('}') &&
         lexer_.current().kind != Token::Kind::end)
    operands.push_back(atom());
  return append(head, operands);
}

void ProgramReader::unknown_value(const Token& token) const {
  if (token.kind == Token::Kind::label)
    source().fail("W503", token.at, fmt::format("%{} has no value here", quote(token)),
                  "a value is defined on a line above its use");
  std::string fix = did_you_mean(token.text, scope_.names());
  const bool callable = operation(token.text) != nullptr || find_function(token.text) != nullptr;
  if (callable) fix = fmt::format("{} is a function: write {}(x)", token.text, token.text);
  if (fix.empty()) fix = "define it on a line above, or make it an input of the program";
  source().fail("W503", token.at, fmt::format("no value is named {}", quote(token)), fix);
}

void ProgramReader::unknown_function(const Token& token) const {
  if (scope_.has_bare(token.text))
    source().fail("W504", token.at, fmt::format("{} is a value, not a function", quote(token)),
                  fmt::format("for a product write {} * (...)", quote(token)));
  if (find_function(token.text) != nullptr || programs_.by_name.contains(std::string(token.text)))
    source().fail("W504", token.at,
                  fmt::format("{} is no primitive, so its operands stand in parentheses", quote(token)),
                  fmt::format("write {}(...)", quote(token)));
  std::vector<std::string_view> known = operation_names();
  for (const auto& entry : programs_.by_name) known.push_back(entry.first);
  std::sort(known.begin(), known.end());
  std::string fix = did_you_mean(token.text, known);
  if (fix.empty()) fix = "`wengert primitives` lists the functions";
  source().fail("W504", token.at, fmt::format("no function is named {}", quote(token)), fix);
}

}  // namespace wengert::text
