// SPDX-License-Identifier: Apache-2.0
#include "wengert/cli/html.h"

#include <fmt/format.h>

#include "wengert/draw/svg_text.h"

namespace wengert::cli {
namespace {

// Drawings state their colours as attributes, which any rule of a style sheet overrides.
constexpr std::string_view style = R"css(
:root{--ground:#f6f7f9;--panel:#fff;--ink:#1c2430;--soft:#5b6675;--line:#d9dee5;--grid:#e3e7ec;--accent:#0072b2;--heat:0,114,178;--wrong:#b3261e;--right:#0a7d4f;color-scheme:light dark}
@media (prefers-color-scheme:dark){:root{--ground:#10141a;--panel:#181e27;--ink:#e6eaf0;--soft:#9aa6b5;--line:#2c3542;--grid:#2a323e;--accent:#56b4e9;--heat:86,180,233;--wrong:#ff8a80;--right:#5fd3a0}
svg [fill="#0072B2"]{fill:#56b4e9}svg [stroke="#0072B2"]{stroke:#56b4e9}svg [fill="#D55E00"]{fill:#f0883e}svg [stroke="#D55E00"]{stroke:#f0883e}svg [fill="#009E73"]{fill:#3fb98f}svg [stroke="#009E73"]{stroke:#3fb98f}svg [stroke="#555555"]{stroke:#aab4c0}svg [fill="#555555"]{fill:#aab4c0}svg [stroke="#7A6A00"]{stroke:#c2b04a}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif}
header,main,footer{max-width:1080px;margin:0 auto;padding:0 16px}
header{padding-top:28px}
h1{font-size:1.7rem;margin:0 0 2px;letter-spacing:-.01em}
h2{font-size:1.15rem;margin:0 0 12px}
h3{font-size:.95rem;margin:20px 0 6px;color:var(--soft);font-weight:600}
p{margin:0 0 10px;max-width:75ch}
.subtitle,footer,figcaption,.note{color:var(--soft)}
.subtitle{overflow-wrap:anywhere}
.note,figcaption,footer{font-size:.86rem}
nav{margin:14px 0 0;display:flex;flex-wrap:wrap;gap:4px 16px;font-size:.92rem}
a{color:var(--accent)}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:18px 0;padding:0}
.card{background:var(--panel);border:1px solid var(--line);border-radius:10px;padding:12px 14px}
.card dt{color:var(--soft);font-size:.82rem}.card dd{margin:0;font-size:1.5rem;font-weight:650;font-variant-numeric:tabular-nums}.card dd+dd{font-size:.82rem;font-weight:400;color:var(--soft)}
section{background:var(--panel);border:1px solid var(--line);border-radius:10px;padding:18px 20px;margin:16px 0}
pre{background:var(--ground);border:1px solid var(--line);border-radius:8px;padding:10px 12px;white-space:pre-wrap;overflow-wrap:anywhere;font-size:.88rem;margin:0 0 12px}
code,pre,.text{font-family:ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace}
.scroll{overflow-x:auto}
table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums}
caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
th,td{padding:5px 12px 5px 0;text-align:left;border-bottom:1px solid var(--line);vertical-align:top}
thead th{color:var(--soft);font-weight:600;white-space:nowrap}
tbody th{font-weight:500}
.number{text-align:right;white-space:nowrap}
.settings th{color:var(--soft);font-weight:400;white-space:nowrap}.settings td{overflow-wrap:anywhere}
.confusion td,.confusion th{padding:3px 6px;border:1px solid var(--panel);text-align:center;min-width:34px;white-space:nowrap}
.confusion tbody th{text-align:right}
.confusion td.cell{background:rgba(var(--heat),var(--share))}.confusion td.deep{color:#fff}
@media (prefers-color-scheme:dark){.confusion td.deep{color:#08131f}}
figure{margin:0 0 14px}
figure svg{max-width:100%;height:auto;display:block}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(236px,1fr));gap:14px}.grid svg{width:100%}.grid.wide{grid-template-columns:repeat(auto-fit,minmax(min(100%,430px),1fr))}
.pictures{display:grid;grid-template-columns:repeat(auto-fill,minmax(108px,1fr));gap:14px}
.pictures img{width:100%;image-rendering:pixelated;border:1px solid var(--line);border-radius:6px;display:block}
.pictures figcaption{line-height:1.35;padding-top:4px}
.wrong{color:var(--wrong);font-weight:600}.right{color:var(--right);font-weight:600}
mark{background:rgba(var(--heat),.25);color:inherit;padding:0 2px;border-radius:3px}
svg>rect[fill="#ffffff"]:first-of-type{fill:none}
svg [fill="#333333"],svg [fill="#111111"]{fill:var(--ink)}svg [stroke="#dddddd"],svg [stroke="#f2f2f2"]{stroke:var(--grid)}svg [stroke="#888888"]{stroke:var(--soft)}svg circle[stroke="#ffffff"]{stroke:var(--panel)}
footer{padding-top:8px;padding-bottom:36px}
@media (max-width:600px){section{padding:14px 12px}h1{font-size:1.35rem}}
@media print{body{background:#fff;font-size:11pt}nav{display:none}section,.card{border-color:#bbb;break-inside:avoid-page}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
)css";

}  // namespace

void HtmlTable::add(const std::vector<std::string>& cells) {
  rows_ += "<tr>";
  for (size_t k = 0; k < columns_.size(); ++k) {
    const std::string& cell = k < cells.size() ? cells[k] : std::string();
    const char* const kind = columns_[k].number ? " class=\"number\"" : "";
    rows_ += k == 0 ? fmt::format("<th scope=\"row\"{}>{}</th>", kind, cell) : fmt::format("<td{}>{}</td>", kind, cell);
  }
  rows_ += "</tr>\n";
}

std::string HtmlTable::str(std::string_view caption) const {
  std::string head;
  for (const Column& column : columns_)
    head +=
        fmt::format("<th scope=\"col\"{}>{}</th>", column.number ? " class=\"number\"" : "", escape_xml(column.title));
  return fmt::format(
      "<div class=\"scroll\" "
      "tabindex=\"0\"><table><caption>{}</caption><thead><tr>{}</tr></thead><tbody>\n{}</tbody></table></div>\n",
      escape_xml(caption), head, rows_);
}

void HtmlPage::card(std::string_view label, std::string_view value, std::string_view remark) {
  cards_ += fmt::format("<div class=\"card\"><dt>{}</dt><dd>{}</dd>", escape_xml(label), escape_xml(value));
  if (!remark.empty()) cards_ += fmt::format("<dd>{}</dd>", escape_xml(remark));
  cards_ += "</div>\n";
}

void HtmlPage::section(std::string_view anchor, std::string_view title, std::string_view body) {
  if (body.empty()) return;
  navigation_ += fmt::format("<a href=\"#{}\">{}</a>\n", anchor, escape_xml(title));
  sections_ += fmt::format(
      "<section id=\"{0}\" aria-labelledby=\"{0}-title\">\n<h2 id=\"{0}-title\">{1}</h2>\n{2}\n</section>\n", anchor,
      escape_xml(title), body);
}

std::string HtmlPage::str(std::string_view title, std::string_view subtitle, std::string_view footer) const {
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n<meta name=\"viewport\" "
      "content=\"width=device-width, initial-scale=1\"/>\n"
      "<title>{0}</title>\n<style>{1}</style>\n</head>\n<body>\n<header>\n<h1>{0}</h1>\n<p "
      "class=\"subtitle\">{2}</p>\n<nav aria-label=\"Sections\">\n{3}</nav>\n"
      "<dl class=\"cards\">\n{4}</dl>\n</header>\n<main>\n{5}</main>\n<footer>{6}</footer>\n</body>\n</html>\n",
      escape_xml(title), style, escape_xml(subtitle), navigation_, cards_, sections_, escape_xml(footer));
}

std::string figure(const std::string& svg, std::string_view caption) {
  return caption.empty() ? fmt::format("<figure>{}</figure>\n", svg)
                         : fmt::format("<figure>{}<figcaption>{}</figcaption></figure>\n", svg, escape_xml(caption));
}

std::string paragraph(std::string_view text) { return fmt::format("<p>{}</p>\n", escape_xml(text)); }

}  // namespace wengert::cli
