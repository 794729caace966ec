// SPDX-License-Identifier: Apache-2.0
//
// wengert emit: a Program, or a derivative of it, as source text for other compilers.
#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "wengert/ad/derivatives.h"
#include "wengert/ad/sparse_jacobian.h"
#include "wengert/api/planned_jacobian.h"
#include "wengert/base/error.h"
#include "wengert/cli/derivative_frame.h"
#include "wengert/cli/emitted.h"
#include "wengert/cli/job.h"
#include "wengert/cli/trained_model.h"
#include "wengert/cli/verbs.h"
#include "wengert/exec/emit_c.h"
#include "wengert/io/file.h"
#include "wengert/passes/simplify.h"
#include "wengert/plan/compressed.h"
#include "wengert/train/c_model.h"

namespace wengert::cli {
namespace {

/// What is emitted: a Program and what its outputs are called.
struct Emission {
  Program program;
  std::vector<std::string> outputs = {};
  std::optional<CPattern> pattern = {};
};

/// Names that the user gave; nothing for outputs without one.
std::vector<std::string> given_names(const Program& p) {
  std::vector<std::string> names;
  for (size_t k = 0; k < p.outputs().size(); ++k) {
    const std::string name = output_name(p, k);
    names.push_back(name == p.name() || name == fmt::format("{}[{}]", p.name(), k) ? std::string() : name);
  }
  return names;
}

/// The inputs to differentiate by. throws : UsageError W612 if there is none
std::vector<size_t> varying_of(const Context& context, const Program& p) {
  const auto wrt = varying_inputs(p, varying(context, p));
  if (wrt.empty())
    throw UsageError("W612", fmt::format("program \"{}\" has no input of a float dtype to differentiate by", p.name()),
                     {}, "a formula needs a variable; integers and bools have no derivative");
  return wrt;
}

/// The entries of the Jacobian or Hessian that can be other than 0, in one array.
Emission sparse(CompressedDerivative d) {
  const Sparsity& m = d.pattern;
  return {std::move(d.values), {"values"}, CPattern{m.rows, m.columns, m.row_start, m.column}};
}

/// The entries of the Jacobian that differ from point to point, in one array.
Emission packed_jacobian(const Program& p, const std::vector<size_t>& wrt) {
  const SparseJacobian j = sparse_jacobian(p, wrt);
  const Sparsity& m = j.pattern.sparsity;
  return {j.values, {"values"}, CPattern{m.rows, m.columns, m.row_start, m.column, true, j.pattern.slot, j.pattern.constant}};
}

Program accumulated(const Program& p, const std::vector<size_t>& wrt, const std::string& mode) {
  return mode == "auto" ? planned_jacobian(p, wrt) : jacobian(p, wrt, jacobian_mode(mode));
}

Emission hessian_of(const Program& p, const std::vector<size_t>& wrt) {
  Emission e{hessian(p, wrt)};
  for (size_t i : wrt)
    for (size_t j : wrt)
      e.outputs.push_back(fmt::format("d2{}/d{}d{}", output_name(p, 0), input_name(p, i), input_name(p, j)));
  return e;
}

/// What --of asks for. throws : UsageError W722 for an option that does not go with it
Emission emission(const Context& context, const Program& p) {
  const Arguments& a = context.arguments();
  const std::string of = a.text("of");
  if (a.has("sparse") && of != "jacobian" && of != "hessian")
    throw UsageError("W722", fmt::format("--sparse is for --of jacobian or hessian; --of {} has no pattern", of), {},
                     "leave it out, or ask for the Jacobian");
  if (a.has("packed") && of != "jacobian")
    throw UsageError("W722", fmt::format("--packed is for --of jacobian; --of {} has no pattern", of), {},
                     "leave it out, or ask for the Jacobian");
  if (a.has("mode") && (of != "jacobian" || a.has("sparse") || a.has("packed")))
    throw UsageError("W722", "--mode is how a Jacobian of which all entries are asked for is accumulated", {},
                     "leave it out, or ask for --of jacobian without --sparse and --packed");
  if (a.has("wrt") && of == "value")
    throw UsageError("W722", "--wrt is for derivatives, and --of value is none", {}, "leave it out, or add --of grad");
  std::vector<std::string> names = given_names(p);
  if (of == "value") return {simplify(p), names};
  const auto wrt = varying_of(context, p);
  if (a.has("sparse") && !a.has("packed")) return sparse(of == "hessian" ? compressed_hessian(p, wrt) : compressed_jacobian(p, wrt));
  if (a.has("packed")) return packed_jacobian(p, wrt);
  const auto with = [&](std::vector<std::string> more) {
    names.insert(names.end(), more.begin(), more.end());
    return names;
  };
  if (of == "grad") return {value_and_grad(p, wrt), with(derivative_labels(p, wrt, "d{}/d{}"))};
  if (of == "jacobian") return {accumulated(p, wrt, a.text("mode")), derivative_labels(p, wrt, "d{}/d{}")};
  if (of == "hessian") return hessian_of(p, wrt);
  std::vector<std::string> more;
  for (size_t k = 0; of == "jvp" && k < p.outputs().size(); ++k)
    if (is_float(p.output_types()[k].dtype)) more.push_back(output_name(p, k) + "_dot");
  for (size_t k : wrt)
    if (of != "jvp") more.push_back(of == "vjp" ? input_name(p, k) + "_bar" : "Hv_" + input_name(p, k));
  if (of == "hvp") return {hvp(p, wrt), more};
  return {of == "jvp" ? jvp(p, wrt) : vjp(p, wrt), with(more)};
}

void write(Context& context, const EmittedC& c) {
  const Arguments& a = context.arguments();
  const auto file = [&](const std::string& path, const std::string& text, std::string_view member) {
    write_file_atomically(path, bytes_of(text));
    context.document()[std::string(member)] = path;
    context.note("wrote " + path);
  };
  if (a.has("header")) file(a.text("header"), c.header, "header");
  const std::string path = a.text("output");
  if (!path.empty() && path != "-") return file(path, c.source, "output");
  context.document()["source"] = c.source;
  if (!context.json()) write_output(c.source);
}

void describe(Context& context, const EmittedC& c, const Program& p) {
  auto& document = context.document();
  document["language"] = "c";
  document["name"] = c.name;
  document["signature"] = c.signature;
  document["workspace_bytes"] = c.workspace_bytes;
  if (c.batch_workspace_bytes > 0) document["batch_workspace_bytes"] = c.batch_workspace_bytes;
  for (const auto& [member, types] : {std::pair("inputs", p.input_types()), std::pair("outputs", p.output_types())}) {
    auto& list = document[member] = nlohmann::ordered_json::array();
    for (const Type& type : types) list.push_back(to_string(type));
  }
}

/// A trained net in the Program's place.
int emit_model(Context& context) {
  const Arguments& a = context.arguments();
  for (const std::string_view option : {"of", "wrt", "at", "types", "program", "precision", "batch", "lanes", "sparse", "packed", "mode", "scalars"})
    if (a.has(option))
      throw UsageError("W849", fmt::format("--{} is for Programs; {} is a trained net, of which the predictions are emitted, in float", option, a.text("PROGRAM")), {}, "leave it out");
  const Model model = context.stage("read model", [&] { return read_model_at(a.text("PROGRAM")); });
  const CModelOptions options{.name = a.has("name") ? a.text("name") : "predict", .main = a.has("main")};
  const EmittedC c = context.stage("emit", [&] { return emit_c_model(model, options); });
  auto& document = context.document();
  document["language"] = "c";
  document["name"] = c.name;
  document["signature"] = c.signature;
  document["workspace_bytes"] = c.workspace_bytes;
  write(context, c);
  return exit_ok;
}

/// --main of what is no trained net: a formula, a file of Programs, or a name that nothing has.
[[noreturn]] void refuse_main(const std::string& named) {
  const bool could_be_path = named.find_first_of(" \t()+*^,;=[]") == std::string::npos;
  if (std::filesystem::is_directory(named) || (could_be_path && !std::filesystem::exists(named))) weights_at(named);  // says what is missing
  throw UsageError("W849", "--main is for trained nets: a Program's inputs can be anything", {}, "compile the file with -DNAME_SELF_TEST to try it");
}

int run(Context& context) {
  const Arguments& a = context.arguments();
  if (names_model(a.text("PROGRAM"))) return emit_model(context);
  if (a.has("main")) refuse_main(a.text("PROGRAM"));
  const Point point = load(context, false);
  const Emission e = context.stage("derive", [&] { return emission(context, point.program); });
  EmitCOptions options{.name = a.text("name"),
                       .single = a.text("precision") == "f32",
                       .outputs = e.outputs,
                       .batch = a.has("batch") || a.has("lanes"),
                       .lanes = static_cast<int>(a.integer("lanes", 0, 1000)),
                       .pattern = e.pattern};
  options.scalar_lines = static_cast<size_t>(a.integer("scalars", 0, 100000));
  options.test = context.stage("test", [&] { return self_test(point, e.program, options.single); });
  if (!options.test) note_no_self_test(context);
  const EmittedC c = context.stage("emit", [&] { return emit_c(e.program, options); });
  describe(context, c, e.program);
  context.document()["self_test"] = options.test.has_value();
  write(context, c);
  return exit_ok;
}

std::vector<Option> emit_options() {
  std::vector<Option> options = program_options();
  for (Option& option : options) {
    if (option.names == "--precision") option.help = "f32: inputs, outputs and all arithmetic in float, f64 ones too";
    if (option.names == "--at") option.help = "Inputs of the self-test; numbers are drawn otherwise";
  }
  return joined(
      options,
      {{.names = "--c", .help = "As C99, which is what is emitted in any case"},
       {.names = "--of",
        .value = "WHAT",
        .help = "What is emitted; grad is the value and the gradient",
        .initial = "value",
        .choices = {"value", "grad", "jvp", "vjp", "jacobian", "hessian", "hvp"}},
       wrt_option(),
       {.names = "-o,--output",
        .value = "FILE",
        .help = "Where to write; standard output otherwise, or for -",
        .completes = Completes::files},
       {.names = "--header", .value = "FILE", .help = "Write a header for it too", .completes = Completes::files},
       {.names = "--main", .help = "Of a trained net: a program that reads numbers or a PGM image, and says the class"},
       {.names = "--name", .value = "NAME", .help = "Name of the function; made of the Program's otherwise"},
       {.names = "--batch", .help = "Also NAME_batch and NAME_batch_rows, which run many points, several at once"},
       {.names = "--lanes",
        .value = "N",
        .help = "With --batch: points at once, 1, 2, 4, 8 or 16; 0 for as many as fill 32 bytes",
        .initial = "0"},
       {.names = "--sparse",
        .help = "Of a Jacobian the entries that can be other than 0, in one array, with their pattern"},
       packed_option(),
       {.names = "--mode", .value = "MODE", .help = "How a Jacobian is accumulated", .initial = "auto", .choices = jacobian_modes()},
       {.names = "--scalars",
        .value = "N",
        .help =
            "Write small arrays as scalars, without loops, where that takes at most N operations; sums may be rounded "
            "otherwise",
        .initial = "0"}});
}

}  // namespace

Verb emit_verb() {
  return {.name = "emit",
          .summary = "Write a Program or its derivative as C, one file without dependencies",
          .description =
              "A C99 file (C++ too) with one function: pointers to inputs, outputs and a workspace; no allocation, no "
              "library but libm. Without contraction of products and sums it gives the interpreter's results bit for "
              "bit. Compiled with -DNAME_SELF_TEST it is a program that tests itself. See docs/emit.md.\n\n"
              "In the place of PROGRAM a trained net may stand, the folder of a training: what is emitted are its predictions, with the weights "
              "in the file, and with --main a program that reads examples. See docs/models.md.",
          .options = emit_options(),
          .examples = {{"wengert emit \"x*sin(y)\" --c -o f.c", "A formula as C"},
                       {"wengert emit \"x*sin(y)\" --c --of grad --name g -o g.c --header g.h",
                        "Value and gradient, with a header"},
                       {"wengert emit \"x*y, y*z\" --c --of jacobian --sparse", "The entries of a sparse Jacobian"},
                       {"wengert emit net.wl --c --precision f32 --batch", "In float, and over many points"},
                       {"wengert emit out --c --main -o digit.c && cc -O2 digit.c -lm -o digit && ./digit < 7.pgm", "A trained net as a program"}},
          .run = run};
}

}  // namespace wengert::cli
