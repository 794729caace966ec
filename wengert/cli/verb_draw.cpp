// SPDX-License-Identifier: Apache-2.0
//
// wengert draw: the picture of a Program, as SVG or for Graphviz.
#include <algorithm>
#include <cctype>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "wengert/base/error.h"
#include "wengert/cli/annotate.h"
#include "wengert/cli/program_source.h"
#include "wengert/cli/verbs.h"
#include "wengert/draw/dot.h"
#include "wengert/draw/svg.h"
#include "wengert/io/file.h"
#include "wengert/passes/simplify.h"

namespace wengert::cli {
namespace {

Annotations annotated(const Program& p, const std::vector<Array>& inputs, bool trap_nan) {
  const auto values = line_values(p, inputs, trap_nan);
  Annotations notes = annotations(p, values, local_partials(p, values));
  annotate_adjoints(p, inputs, notes);
  return notes;
}

/// svg or dot: as --format says, else by the ending of the file. throws : UsageError W613 for another ending
std::string format_of(const Arguments& a) {
  if (a.has("format")) return a.text("format");
  const std::string path = a.text("output");
  const auto point = path.rfind('.');
  std::string ending = point == std::string::npos ? std::string() : path.substr(point + 1);
  std::ranges::transform(ending, ending.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (path.empty() || path == "-" || ending == "svg") return "svg";
  if (ending == "dot" || ending == "gv") return "dot";
  throw UsageError("W613", fmt::format("the ending of {} says neither SVG nor DOT", path), {},
                   "name it .svg or .dot, or give --format");
}

void write(Context& context, const std::string& text) {
  const std::string path = context.arguments().text("output");
  if (path.empty() || path == "-") {
    context.document()["drawing"] = text;
    if (!context.json()) write_output(text);
    return;
  }
  write_file_atomically(path, bytes_of(text));
  context.document()["output"] = path;
  context.note("wrote " + path);
}

int run(Context& context) {
  const Arguments& a = context.arguments();
  const std::string format = format_of(a);
  Point point = load(context);
  if (a.has("simplify")) point.program = context.stage("simplify", [&] { return simplify(point.program); });
  const size_t most = static_cast<size_t>(a.integer("most", 10, 5000));
  Annotations notes;
  const Program& p = point.program;
  if (!point.given.empty()) {
    const auto inputs = point.inputs();
    if (p.size() <= 2 * most) notes = context.stage("run", [&] { return annotated(p, inputs, a.has("trap-nan")); });
  }
  const Diagram diagram = make_diagram(p, notes, most);
  const std::string text = context.stage("draw", [&] { return format == "dot" ? dot(diagram) : svg(diagram); });
  context.document()["format"] = format;
  context.document()["boxes"] = diagram.vertices.size();
  context.document()["arrows"] = diagram.edges.size();
  context.document()["folded"] = !diagram.remark.empty();
  write(context, text);
  return exit_ok;
}

}  // namespace

Verb draw_verb() {
  return {.name = "draw",
          .summary = "Draw a Program as SVG, or as text for Graphviz",
          .description =
              "A box a line, an arrow an operand. With --at the boxes hold the values (and, for one scalar output, the "
              "adjoints) and the arrows the partials. Large Programs are folded: a box then stands for many lines, and "
              "the picture says so.",
          .options = joined(
              program_options(),
              {{.names = "-o,--output",
                .value = "FILE",
                .help = "Where to write; standard output otherwise, or for -",
                .completes = Completes::files},
               {.names = "--format",
                .value = "FORMAT",
                .help = "svg or dot; otherwise by the file's ending, and svg without one",
                .choices = {"svg", "dot"}},
               {.names = "--most", .value = "N", .help = "Boxes above which the picture is folded", .initial = "200"},
               {.names = "--simplify", .help = "Simplify the Program first"},
               trap_nan_option()}),
          .examples = {{"wengert draw \"v=x*y*sin(x*y), cos(v), exp(v)\" -o f.svg", "A picture"},
                       {"wengert draw \"x*sin(y)\" --at x=2,y=3 -o f.svg", "With values, partials and adjoints"},
                       {"wengert grad \"x*sin(y)\" --emit | wengert draw - -o g.svg", "The picture of a gradient"},
                       {"wengert draw f.wl --format dot | dot -Tpdf -o f.pdf", "With Graphviz"}},
          .run = run};
}

}  // namespace wengert::cli
