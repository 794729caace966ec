// SPDX-License-Identifier: Apache-2.0
//
// A page of HTML in one file: no script, nothing from elsewhere. Light or dark as the reader's system is, readable on a
// phone and on paper; the drawings of draw/ take its colours.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wengert::cli {

/// A table: cells are HTML; numbers stand to the right.
class HtmlTable {
 public:
  struct Column {
    std::string title;  ///< text
    bool number = false;
  };
  explicit HtmlTable(std::vector<Column> columns) : columns_(std::move(columns)) {}
  void add(const std::vector<std::string>& cells);
  /// caption : text, for those who do not see the table
  std::string str(std::string_view caption) const;

 private:
  std::vector<Column> columns_;
  std::string rows_;
};

class HtmlPage {
 public:
  /// A number that stands out, at the head of the page.
  void card(std::string_view label, std::string_view value, std::string_view remark = {});
  /// anchor : a word; title : text; body : HTML
  void section(std::string_view anchor, std::string_view title, std::string_view body);
  /// title, subtitle, footer : text
  std::string str(std::string_view title, std::string_view subtitle, std::string_view footer) const;

 private:
  std::string cards_, navigation_, sections_;
};

/// A drawing of draw/ within a page, with a caption (text) or without.
std::string figure(const std::string& svg, std::string_view caption = {});
std::string paragraph(std::string_view text);

}  // namespace wengert::cli
