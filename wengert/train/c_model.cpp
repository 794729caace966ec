// SPDX-License-Identifier: Apache-2.0
#include "wengert/train/c_model.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "wengert/exec/c_names.h"
#include "wengert/nn/net_steps.h"
#include "wengert/passes/simplify.h"
#include "wengert/primitives/primitives.h"

namespace wengert {
namespace {

Expr numbers(const std::vector<double>& values) { return constant(Array(values).as(DType::f32)); }

/// The data's numbers as those that the net was trained on.
Expr encoded(const Encoding& encoding, Expr x) {
  if (encoding.scale != 1) x = x * encoding.scale;
  if (!encoding.means.empty()) x = (x - numbers(encoding.means)) / numbers(encoding.deviations);
  return x;
}

bool has_classes(const Model& model) { return model.encoding.class_count() > 0; }

/// f32[1, outputs], or of sequences a row a position.
Expr decoded(const Model& model, Expr y) {
  const auto& targets = model.encoding.targets;
  if (has_classes(model) || static_cast<int64_t>(targets.size()) != y.shape().back()) return y;
  std::vector<double> means, deviations;
  for (const TargetColumn& target : targets) means.push_back(target.mean), deviations.push_back(target.deviation);
  return y * numbers(deviations) + numbers(means);
}

/// x f32[inputs] -> f32[outputs]: one example, the weights as constants.
Program program_of(const Model& model) {
  const Net& net = model.task.net;
  Recording recording("net", DType::f32);
  const Expr x = recording.input({DType::f32, {net.inputs}}, "x");
  std::vector<Expr> values;
  for (const Array& value : model.parameters) values.push_back(constant(value.as(DType::f32)));
  const std::span<const Expr> all = values;
  const Expr outputs =
      net.apply({all.first(net.parameters.size()), all.subspan(net.parameters.size()), reshape(encoded(model.encoding, x), {1, net.inputs})}).value;
  const Expr y = decoded(model, model.task.loss.prediction(outputs));
  return simplify(recording.finish(std::vector<Expr>{reshape(y, {y.shape().elements()})}));
}

/// A text as C has it: what is not plain ASCII by octal numbers, which end after three digits.
std::string c_text(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 32 || byte > 126 || c == '"' || c == '\\' || c == '?')
      out += fmt::format("\\{:03o}", byte);
    else
      out += c;
  }
  return out + "\"";
}

std::string c_texts(const std::vector<std::string>& texts) {
  std::string list;
  for (const std::string& text : texts) list += fmt::format("  {},\n", c_text(text));
  return list;
}

/// What every call needs to know, behind the function that emit_c wrote.
std::string interface(const Model& model, const EmittedC& net, const std::string& name, int64_t outputs) {
  std::string text = fmt::format(
      "\n/* As {0}_net, with a workspace of its own: one thread at a time. */\nvoid {0}(const float* x, float* outputs) {{\n"
      "  static int64_t workspace[{1}];\n  (void){0}_net(x, outputs, workspace);\n}}\n",
      name, net.workspace_bytes / 8 + 1);
  if (!model.encoding.feature_names().empty())
    text += fmt::format("\n/* What the numbers of x are. */\nconst char* const {}_features[] = {{\n{}}};\n", name,
                        c_texts(model.encoding.feature_names()));
  if (!has_classes(model)) return text;
  text += fmt::format("\nconst char* const {}_classes[] = {{\n{}}};\n", name, c_texts(model.encoding.classes));
  if (outputs == 1)
    return text +
           fmt::format("\n/* The only output is the probability of class 1. */\nint {}_class(const float* outputs) {{ return outputs[0] > 0.5f; }}\n",
                       name);
  return text + fmt::format(
                    "\nint {}_class(const float* outputs) {{\n  int best = 0;\n  for (int k = 1; k < {}; ++k)\n    if (outputs[k] > outputs[best]) "
                    "best = k;\n  return best;\n}}\n",
                    name, outputs);
}

/// In C++, too, by the names of C.
std::string declarations(const Model& model, const EmittedC& net) {
  const std::string& name = net.name;
  std::string text = "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n";
  text += fmt::format("int {0}_net(const float* x, float* outputs, void* workspace); /* of {1} bytes */\nvoid {0}(const float* x, float* outputs);\n",
                      name, net.workspace_bytes);
  if (!model.encoding.feature_names().empty()) text += fmt::format("extern const char* const {}_features[];\n", name);
  if (has_classes(model)) text += fmt::format("extern const char* const {0}_classes[];\nint {0}_class(const float* outputs);\n", name);
  return text + "\n#ifdef __cplusplus\n}\n#endif\n";
}

std::string header(const Model& model, const EmittedC& net) {
  return fmt::format("/* {0}: a trained net, written by wengert emit --c. */\n#ifndef WENGERT_MODEL_{0}\n#define WENGERT_MODEL_{0}\n\n{1}\n#endif\n",
                     net.name, declarations(model, net));
}

constexpr std::string_view reader = R"C(
#include <stdio.h>

enum { @name_input_count = @inputs, @name_output_count = @outputs };

/* The next character that is neither blank nor comma, nor in a comment of a PGM file. */
static int @name_next_character(void) {
  int c = getchar();
  while (c == ' ' || c == ',' || c == '\t' || c == '\n' || c == '\r' || c == '#') {
    if (c == '#')
      while (c != '\n' && c != EOF) c = getchar();
    c = getchar();
  }
  return c;
}

/* A number of a PGM file; -1 where there is none. */
static int @name_pgm_number(void) {
  int value = 0, c = @name_next_character();
  if (c < '0' || c > '9') return -1;
  for (; c >= '0' && c <= '9' && value < 100000; c = getchar()) value = value * 10 + (c - '0');
  return value; /* with the one blank that follows it */
}

static int @name_failed(const char* what) {
  fprintf(stderr, "%s\n", what);
  return -1;
}

/* An image behind its 'P'. Pixels are from 0 to @white, as the data have them. */
static int @name_read_pgm(float* x) {
  const int kind = getchar(), width = @name_pgm_number(), height = @name_pgm_number(), most = @name_pgm_number();
  int k;
  if ((kind != '2' && kind != '5') || most < 1 || most > 255) return @name_failed("standard input is no PGM image (P2 or P5, of bytes)");
  if (width < 0 || height < 0 || (long)width * height != @name_input_count) return @name_failed("the image has another size than the net's");
  for (k = 0; k < @name_input_count; ++k) {
    const int pixel = kind == '2' ? @name_pgm_number() : getchar();
    if (pixel < 0) return @name_failed("the image ends early");
    x[k] = (float)pixel * @whitef / (float)most;
  }
  return 1;
}

/* 1: an example; 0: there are no more; -1: something is wrong. */
static int @name_read_example(float* x) {
  const int c = @name_next_character();
  int k;
  if (c == EOF) return 0;
  if (c == 'P') return @name_read_pgm(x);
  ungetc(c, stdin);
  for (k = 0; k < @name_input_count; ++k) {
    if (scanf(k == 0 ? "%f" : "%*[, \t\r\n]%f", &x[k]) != 1) return @name_failed(k == 0 ? "standard input is neither numbers nor a PGM image" : "the last example has too few numbers");
  }
  return 1;
}

int main(void) {
  static float x[@name_input_count], outputs[@name_output_count];
  int more;
  while ((more = @name_read_example(x)) == 1) {
    @name(x, outputs);
@print
  }
  return more == 0 ? 0 : 1;
}
)C";

std::string replaced(std::string text, const std::vector<std::pair<std::string, std::string>>& values) {
  for (const auto& [from, to] : values)
    for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) text.replace(at, from.size(), to);
  return text;
}

/// main() in C99, with a line for each example.
std::string program(const Model& model, const std::string& name, int64_t outputs) {
  const Net& net = model.task.net;
  if (net_steps(net).input.tokens || net.steps > 0)
    throw UsageError(
        "W849",
        fmt::format("a program for \"{}\" cannot read its examples: they are sequences, of which standard input does not say how they are written",
                    net.text),
        {}, "leave out --main, and call the function with the numbers of a sequence");
  std::string print =
      "    for (int k = 0; k < @name_output_count; ++k) printf(k == 0 ? \"%.9g\" : \" %.9g\", (double)outputs[k]);\n    printf(\"\\n\");";
  if (has_classes(model)) {
    const std::string of_two = fmt::format("(best ? outputs[0] : 1 - outputs[0])"), of_many = "outputs[best]";
    print = fmt::format("    const int best = {}_class(outputs);\n    printf(\"%s %.6f\\n\", {}_classes[best], (double){});", name, name,
                        outputs == 1 ? of_two : of_many);
  }
  const std::string white = model.encoding.scale != 1 ? "255.0" : "1.0";
  return replaced(
      std::string(reader),
      {{"@print", print}, {"@inputs", std::to_string(net.inputs)}, {"@outputs", std::to_string(outputs)}, {"@white", white}, {"@name", name}});
}

}  // namespace

EmittedC emit_c_model(const Model& model, const CModelOptions& options) {
  if (!is_c_identifier(options.name) || is_reserved_in_c(options.name) || options.name == "main")
    throw UsageError("W721", fmt::format("\"{}\" is no name for a C function, or C has taken it", options.name), {},
                     "choose another, for example digit");
  const Program p = program_of(model);
  const int64_t outputs = p.output_types()[0].elements();
  EmitCOptions how{.name = options.name + "_net", .single = true, .outputs = {"outputs"}};
  how.origin = fmt::format("net    {}\nloss   {}\nvalues {}", model.task.net.text, model.task.loss.text, model.task.net.parameter_count());
  EmittedC c = emit_c(p, how);
  c.name = options.name;
  c.header = header(model, c);
  c.source += "\n" + declarations(model, c) + interface(model, c, options.name, outputs);
  if (options.main) c.source += program(model, options.name, outputs);
  return c;
}

}  // namespace wengert
