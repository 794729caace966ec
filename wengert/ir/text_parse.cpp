// SPDX-License-Identifier: Apache-2.0
//
// Programs and statements of the text form, and the public functions that read.
#include <algorithm>
#include <deque>
#include <fmt/format.h>
#include <set>

#include "wengert/ir/text.h"
#include "wengert/ir/text_reader.h"

namespace wengert {
namespace text {
namespace {

constexpr int64_t format_version = 1;
constexpr uint64_t unusual_label = 1024;  // larger than this and than twice the labels so far: kept apart

uint64_t label_number(const Source& source, const Token& token) {
  uint64_t number = 0;
  for (char c : token.text) {
    if (number > UINT64_MAX / 16)
      source.fail("W502", token.at, "the label has too many digits", "give the value a smaller number or a name");
    number = number * 10 + static_cast<uint64_t>(c - '0');
  }
  return number;
}

bool is_target(const Token& token) {
  return token.kind == Token::Kind::name || token.kind == Token::Kind::quoted || token.kind == Token::Kind::label;
}

std::string shown(const Token& token) {
  return fmt::format("{}{}", token.kind == Token::Kind::label ? "%" : "", displayed(token.text));
}

void check_version(Lexer& lexer) {
  if (!lexer.current().is("wengert") || lexer.ahead().kind != Token::Kind::number) return;
  const size_t at = lexer.take().at;
  const int64_t version = read_integer(lexer);
  if (version != format_version)
    lexer.source().fail(
        "W509", at,
        fmt::format("the text has format version {}, this library reads version {}", version, format_version),
        version > format_version ? "read it with a newer version of the library" : "versions begin at 1");
}

void read_inputs(Lexer& lexer, ProgramReader& reader) {
  lexer.expect('(', "after the name of the program");
  for (bool more = !lexer.current().is(')'); more; more = lexer.accept(',')) {
    if (!is_target(lexer.current())) lexer.unexpected("the name of an input");
    const Token name = lexer.take();
    reader.input(name, lexer.accept(':') ? read_type(lexer) : f64());
  }
  lexer.expect(')', "or ',' after an input");
}

ReadProgram read_program(Lexer& lexer, ReadPrograms& programs) {
  if (!lexer.current().is("program"))
    lexer.unexpected("'program'", "a text is a list of: program name(inputs) { lines; return results }");
  lexer.take();
  const size_t at = lexer.current().at;
  const bool bare = lexer.current().kind == Token::Kind::name;
  const std::string name = read_name(lexer, "the name of the program");
  if (bare && means_function(name))
    lexer.source().fail("W516", at, fmt::format("a program cannot be named {}, which is an operation", name),
                        fmt::format("give it another name, such as my_{}", name));
  if (const auto known = programs.by_name.find(name); known != programs.by_name.end())
    lexer.source().fail("W505", at,
                        fmt::format("a program {} stands on line {} already", displayed(name_text(name)),
                                    lexer.source().line(known->second.at)),
                        "give one of them another name");
  programs.depth = 1;
  ProgramReader reader(lexer, programs, name);
  read_inputs(lexer, reader);
  reader.body();
  return {reader.finish(), programs.depth, at};
}

/// Names that a formula uses before (or without) defining them, in order of first appearance.
std::vector<Token> free_variables(const Source& source, std::set<std::string, std::less<>> known) {
  std::vector<Token> result;
  int open = 0;
  for (Lexer lexer(source); lexer.current().kind != Token::Kind::end;) {
    const Token token = lexer.take();
    open += token.is('(') || token.is('{') || token.is('[');
    open -= token.is(')') || token.is('}') || token.is(']');
    const Token& next = lexer.current();
    const bool named = token.kind == Token::Kind::quoted ||
                       (token.kind == Token::Kind::name && !is_keyword(token.text) && !next.is('(') && !next.is('{'));
    const bool attribute = open > 0 && next.is('=');
    if (token.is('@')) lexer.take();
    if (!named || attribute) continue;
    const bool is_new =
        known.insert(token.kind == Token::Kind::quoted ? unescape(source, token) : std::string(token.text)).second;
    if (is_new && !next.is('=')) result.push_back(token);
  }
  return result;
}

}  // namespace

const Scope::Named* Scope::named(const Source& source, const Token& token) const {
  const bool quoted = token.kind == Token::Kind::quoted;
  const auto found = quoted ? names_.find(unescape(source, token)) : names_.find(token.text);
  if (found == names_.end()) return nullptr;
  const bool means_primitive = !quoted && found->second.quoted && operation(token.text) != nullptr;
  return means_primitive ? nullptr : &found->second;
}

Scope::Label* Scope::label(const Source& source, const Token& token, bool make) {
  const uint64_t number = label_number(source, token);
  if (number < labels_.size()) return &labels_[number];
  if (number >= unusual_label && number >= 2 * labels_.size()) {
    const auto found = rare_.find(number);
    return found != rare_.end() ? &found->second : make ? &rare_[number] : nullptr;
  }
  if (const auto found = rare_.find(number); found != rare_.end()) return &found->second;
  if (!make) return nullptr;
  labels_.resize(number + 1);
  return &labels_[number];
}

const Operand* Scope::find(const Source& source, const Token& token) const {
  if (token.kind != Token::Kind::label) {
    const Named* known = named(source, token);
    return known == nullptr ? nullptr : &known->operand;
  }
  const Label* known = const_cast<Scope*>(this)->label(source, token, false);
  return known == nullptr || !known->defined ? nullptr : &known->operand;
}

void Scope::define(const Source& source, const Token& token, const Operand& operand) {
  const auto refuse = [&](size_t before) {
    source.fail("W505", token.at,
                fmt::format("{} has a value already, from line {}", shown(token), source.line(before)),
                "a value is assigned once: choose a new name");
  };
  if (token.kind == Token::Kind::label) {
    Label* known = label(source, token, true);
    if (known->defined) refuse(known->at);
    *known = {operand, token.at, true};
    return;
  }
  const bool quoted = token.kind == Token::Kind::quoted;
  if (!quoted && is_keyword(token.text))
    source.fail("W500", token.at, fmt::format("{} has a meaning of its own", shown(token)),
                fmt::format("as a name, write it in backquotes: `{}`", shown(token)));
  std::string_view name = token.text;
  if (quoted) name = unescaped_.emplace_back(unescape(source, token));
  const auto [place, added] = names_.try_emplace(name, Named{operand, quoted, token.at});
  if (!added) refuse(place->second.at);
}

bool Scope::has_bare(std::string_view name) const {
  const auto found = names_.find(name);
  return found != names_.end() && !(found->second.quoted && operation(name) != nullptr);
}

std::vector<std::string_view> Scope::names() const {
  std::vector<std::string_view> all;
  for (const auto& entry : names_) all.push_back(entry.first);
  std::sort(all.begin(), all.end());
  return all;
}

ProgramReader::ProgramReader(Lexer& lexer, ReadPrograms& programs, std::string name)
    : lexer_(lexer), programs_(programs), builder_(std::move(name)) {}

void ProgramReader::input(const Token& name, const Type& type) {
  Operand operand;
  operand.value = ValueId{static_cast<uint32_t>(builder_.size())};
  operand.at = name.at;
  scope_.define(source(), name, operand);
  builder_.input(type, name.kind == Token::Kind::label    ? ""
                       : name.kind == Token::Kind::quoted ? unescape(source(), name)
                                                          : std::string(name.text));
}

void ProgramReader::body() {
  lexer_.expect('{', "before the lines of the program");
  while (!lexer_.current().is("return")) {
    if (lexer_.current().kind == Token::Kind::end)
      source().fail("W507", lexer_.current().at, "the text ends inside the program, before its results",
                    "end the program with: return value, ... }");
    if (lexer_.current().is('}'))
      source().fail("W507", lexer_.current().at, "the program ends without a result", "end it with: return value, ...");
    definition();
    end_of_statement();
  }
  lexer_.take();
  const bool nothing = lexer_.current().is('}') || lexer_.current().is(';') || lexer_.current().first_on_line;
  for (bool more = !nothing; more; more = lexer_.accept(',')) outputs_.push_back(line(expression(0)));
  lexer_.accept(';');
  end_of_program();
}

void ProgramReader::end_of_program() {
  if (lexer_.accept('}')) return;
  if (lexer_.current().kind == Token::Kind::end)
    source().fail("W507", lexer_.current().at, "'}' is missing at the end of the text", "close the program with }");
  const std::string fix = lexer_.current().first_on_line ? "" : missing_operator();
  source().fail("W507", lexer_.current().at, "expected '}' after the results, found something else",
                fix.empty() ? "`return` is the last line of a program; results are separated by commas" : fix);
}

void ProgramReader::formula() {
  std::optional<Operand> last;  // definition
  bool separated = true;
  while (lexer_.current().kind != Token::Kind::end) {
    if (!separated && (lexer_.current().is('-') || lexer_.current().is('+')))
      source().fail("W500", lexer_.current().at, fmt::format("a line cannot begin with {}", lexer_.current().text),
                    "put the operator at the end of the line above, or a comma if this is a result of its own");
    if (is_target(lexer_.current()) && lexer_.ahead().is('='))
      last = definition();
    else
      outputs_.push_back(line(expression(0)));
    separated = lexer_.accept(',') || lexer_.accept(';');
    if (!separated && !lexer_.current().first_on_line && lexer_.current().kind != Token::Kind::end)
      lexer_.unexpected("an operator, ',' or the end of the formula", missing_operator());
  }
  if (outputs_.empty() && last) outputs_.push_back(line(*last));
  if (outputs_.empty())
    source().fail("W507", lexer_.current().at, "the formula is empty", "write for example x*sin(y)");
}

Program ProgramReader::finish() { return builder_.finish(outputs_); }

Operand ProgramReader::definition() {
  std::vector<Token> targets;
  do {
    if (!is_target(lexer_.current())) lexer_.unexpected("a line `name = ...` or `return ...`");
    targets.push_back(lexer_.take());
  } while (lexer_.accept(','));
  if (!lexer_.accept('=')) lexer_.unexpected(fmt::format("'=' after {}", shown(targets.back())));
  const size_t lines_before = builder_.size();
  const Operand value = right_side();
  assign(targets, value, lines_before);
  return value;
}

void ProgramReader::assign(const std::vector<Token>& targets, const Operand& operand, size_t lines_before) {
  if (static_cast<size_t>(operand.results) != targets.size())
    source().fail("W506", targets[0].at,
                  fmt::format("{} name{} for {} result{}", targets.size(), targets.size() == 1 ? "" : "s",
                              operand.results, operand.results == 1 ? "" : "s"),
                  operand.results == 1 ? "one name is enough" : "give each result a name: a, b = ...");
  for (uint32_t k = 0; k < targets.size(); ++k) {
    const Token& target = targets[k];
    Operand one = operand;
    one.results = 1;
    if (!operand.is_number()) one.value = ValueId{static_cast<uint32_t>(operand.value) + k};
    scope_.define(source(), target, one);
    const bool own = target.kind != Token::Kind::label && !operand.is_number() && index(one.value) >= lines_before;
    if (own)
      builder_.name_value(one.value,
                          target.kind == Token::Kind::quoted ? unescape(source(), target) : std::string(target.text));
  }
}

void ProgramReader::end_of_statement() {
  const Token& token = lexer_.current();
  if (lexer_.accept(';') || token.first_on_line || token.is('}') || token.kind == Token::Kind::end) return;
  const std::string fix = missing_operator();
  lexer_.unexpected("an operator or the end of the line",
                    fix.empty() ? "statements end at the end of the line or at a semicolon" : fix);
}

Operand ProgramReader::right_side() {
  const Token head_word = lexer_.current();
  const Token& next = lexer_.ahead();
  const bool value = scope_.has_bare(head_word.text) && !next.is('{');
  if (head_word.kind != Token::Kind::name || next.is('(') || value) return expression(0);
  if (head_word.is("constant")) {
    lexer_.take();
    return constant_line(head_word);
  }
  const bool operand_follows =
      !next.first_on_line && (is_target(next) || next.kind == Token::Kind::number || next.is('{'));
  if (operation(head_word.text) == nullptr && !next.is('{')) {
    if (operand_follows && !is_keyword(head_word.text)) unknown_function(head_word);
    return expression(0);
  }
  Head called = head();
  if (lexer_.current().is('(') && !lexer_.current().first_on_line) return expression(0, call(std::move(called)));
  if (called.primitive == nullptr) lexer_.unexpected(fmt::format("'(' after {}", shown(called.name)));
  return instruction(called);
}

}  // namespace text

std::vector<Program> parse_programs(std::string_view text, std::string_view file) {
  const text::Source source(text, file);
  text::Lexer lexer(source);
  text::ReadPrograms programs;
  std::vector<Program> result;
  text::check_version(lexer);
  do {
    text::ReadProgram read = text::read_program(lexer, programs);
    result.push_back(read.program);
    programs.by_name.emplace(read.program.name(), std::move(read));
  } while (lexer.current().kind != text::Token::Kind::end);
  return result;
}

Program parse(std::string_view text, std::string_view file) { return parse_programs(text, file).back(); }

Program parse_formula(std::string_view formula, const std::vector<FormulaInput>& inputs, const std::string& name) {
  using text::Token;
  const text::Source source(formula, "formula");
  text::Lexer lexer(source);
  text::ReadPrograms programs;
  text::ProgramReader reader(lexer, programs, name);
  std::set<std::string, std::less<>> known{"pi", "e"};
  std::deque<std::string> written;  // the names as they would stand in a text
  for (const FormulaInput& input : inputs) {
    const bool bare = text::is_identifier(input.name) && !text::is_keyword(input.name);
    Token token;
    token.kind = bare ? Token::Kind::name : Token::Kind::quoted;
    token.text = written.emplace_back(bare ? input.name : text::escape(input.name, '`'));
    reader.input(token, input.type);
    known.insert(input.name);
  }
  for (const Token& free : text::free_variables(source, std::move(known))) reader.input(free, f64());
  reader.formula();
  return reader.finish();
}

}  // namespace wengert
