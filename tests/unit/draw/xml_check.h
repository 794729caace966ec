// SPDX-License-Identifier: Apache-2.0
//
// A well-formedness check for the XML that drawings consist of: elements nest, attributes are quoted and unique, and
// every & begins an entity.
#pragma once

#include <cctype>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace wengert::testing {

/// Empty if `xml` is well-formed, else what is wrong and where; knows what drawings use (no comments, no CDATA).
class XmlCheck {
 public:
  explicit XmlCheck(std::string_view xml) : text_(xml) {}

  std::string run() {
    while (problem_.empty() && at_ < text_.size()) text_[at_] == '<' ? tag() : characters();
    if (problem_.empty() && !open_.empty()) fail("unclosed " + open_.back());
    if (problem_.empty() && roots_ != 1) fail("not one root element");
    return problem_;
  }

 private:
  void fail(const std::string& what) {
    if (problem_.empty())
      problem_ = what + " at byte " + std::to_string(at_) + ": " + std::string(text_.substr(at_, 60));
  }

  bool take(std::string_view expected) {
    if (text_.substr(at_, expected.size()) != expected) return false;
    at_ += expected.size();
    return true;
  }

  void spaces() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }

  std::string name() {
    const size_t start = at_;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '-')) ++at_;
    if (at_ == start) fail("no name");
    return std::string(text_.substr(start, at_ - start));
  }

  void character(char end_quote) {
    const char c = text_[at_];
    if (c == '<') fail("< in text");
    if (static_cast<unsigned char>(c) < 0x20 && c != '\n') fail("control character");
    if (c == '&') {
      for (const char* entity : {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"})
        if (take(entity)) return;
      fail("bare &");
    }
    if (c != end_quote) ++at_;
  }

  void characters() {
    if (open_.empty() && !std::isspace(static_cast<unsigned char>(text_[at_]))) fail("text outside the root");
    character('\0');
  }

  void tag() {
    if (take("</")) {
      if (open_.empty() || name() != open_.back()) return fail("wrong closing tag");
      open_.pop_back();
      if (!take(">")) fail("no > after a closing tag");
      return;
    }
    take("<");
    const std::string element = name();
    roots_ += open_.empty();
    attributes();
    if (take("/>")) return;
    if (!take(">")) return fail("no > after an opening tag");
    open_.push_back(element);
  }

  void attributes() {
    std::set<std::string> seen;
    for (spaces(); problem_.empty() && at_ < text_.size() && text_[at_] != '>' && text_[at_] != '/'; spaces()) {
      if (!seen.insert(name()).second) fail("attribute twice");
      if (!take("=\"")) return fail("attribute without a quoted value");
      while (problem_.empty() && at_ < text_.size() && text_[at_] != '"') character('"');
      if (!take("\"")) fail("unclosed value");
    }
  }

  std::string_view text_;
  size_t at_ = 0;
  int roots_ = 0;
  std::vector<std::string> open_;
  std::string problem_;
};

inline std::string xml_problem(std::string_view xml) { return XmlCheck(xml).run(); }

}  // namespace wengert::testing
