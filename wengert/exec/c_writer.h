// SPDX-License-Identifier: Apache-2.0
//
// The writer of a kernel's statements at one point, step by step; c_lanes.h derives the one for several points at once.
#pragma once

#include <initializer_list>
#include <map>

#include "wengert/exec/c_kernel.h"
#include "wengert/kernel/kernel.h"

namespace wengert {

/// How tightly an expression's outermost operator binds.
enum class CBinding : uint8_t { choice, logic, comparison, bits, sum, product, unary, primary };

/// An expression that is not yet written: what it reads decides how long it may wait.
struct CExpression {
  std::string text;
  CBinding binding = CBinding::primary;
  std::set<uint32_t> buffers = {};         // that it loads from
  std::vector<RegisterId> variables = {};  // registers that may be assigned again
};

class CWriter {
 public:
  CWriter(const Kernel& kernel, const CKernelStyle& style);
  virtual ~CWriter() = default;
  CWriter(const CWriter&) = delete;
  CWriter& operator=(const CWriter&) = delete;

  CStatements write();

 protected:
  struct ById {
    bool operator()(RegisterId a, RegisterId b) const { return a.kind != b.kind ? a.kind < b.kind : a.slot < b.slot; }
  };
  using Operands = std::initializer_list<const CExpression*>;

  static CExpression literal(std::string text);
  static std::string name(RegisterId id);
  void line(std::string_view text);
  std::string helper(const std::string& function);

  // What registers are, and where elements lie: otherwise in lanes.
  virtual std::string type_of(RegisterId id) const;
  virtual std::string initial(RegisterId id) const;
  /// What a register holds, as an expression; one that waits is used up.
  virtual CExpression use(RegisterId id);
  /// buffer[index]
  virtual CExpression element(uint32_t buffer, const CExpression& index);
  virtual void step(size_t at, const MicroStep& s);

  /// The text, in parentheses if it binds less tightly.
  static std::string bound(const CExpression& e, CBinding least);
  static CExpression made(std::string text, CBinding binding, Operands of);
  static CExpression binary(const CExpression& a, std::string_view op, const CExpression& b, CBinding binding);
  static CExpression call(const std::string& function, Operands arguments);
  CExpression math(std::string_view function, Operands arguments) const;
  static CExpression cast(std::string_view type, const CExpression& e);

  /// Whether a store to one of two buffers may change the other.
  bool share_memory(uint32_t a, uint32_t b) const;
  /// Writes down what waits and may change: `changes(expression)`.
  template <class Changes> void settle(Changes changes) {
    for (auto waiting = waiting_.begin(); waiting != waiting_.end();) {
      if (!changes(waiting->second)) {
        ++waiting;
        continue;
      }
      declare(waiting->first, waiting->second);
      waiting = waiting_.erase(waiting);
    }
  }
  void declare(RegisterId id, const CExpression& e);
  void define(RegisterId id, size_t at, const CExpression& e);
  void assign(RegisterId id, size_t at, const CExpression& e);
  /// Whether step `at` is where the variable is declared.
  bool declares(RegisterId id, size_t at) const { return !table_[id].hoisted && table_[id].declared_at == at; }
  std::string stored(const MicroStep& s, const CExpression& place, const CExpression& value) const;
  void store(const MicroStep& s, const CExpression& value);
  void open_loop(const MicroStep& s);
  void close_loop();

  CExpression real(uint32_t slot) { return use({RegisterKind::real, slot}); }
  CExpression integer(uint32_t slot) { return use({RegisterKind::integer, slot}); }
  CExpression boolean(uint32_t slot) { return use({RegisterKind::boolean, slot}); }
  IndexRange interval(uint32_t slot) const;

  /// What the step's result is, as an expression of its operands.
  CExpression value_of(const MicroStep& s);
  CExpression load(const MicroStep& s);
  CExpression called(const MicroStep& s);
  CExpression computed(const MicroStep& s);
  CExpression compared(const MicroStep& s);
  CExpression converted(const MicroStep& s);
  CExpression whole(const MicroStep& s);

  const Kernel& kernel_;
  const CKernelStyle& style_;
  RegisterTable table_;
  std::string real_;
  int indent_;
  // constants_: and other names of registers that keep their value
  std::map<RegisterId, CExpression, ById> constants_, waiting_;
  std::map<uint32_t, double> real_values_;
  std::vector<bool> once_;  // of each open loop
  CStatements result_;
};

}  // namespace wengert
