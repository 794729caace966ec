// SPDX-License-Identifier: Apache-2.0
//
// Primitive: everything that is particular to one operation, in one record: result types, kernel, derivative rule,
// transpose, batching, known values, samples, source. No other place in the project knows what an operation is. The
// families of primitives/families.h derive most of this interface from the little that an author writes.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "wengert/ir/expr.h"
#include "wengert/ir/transform.h"
#include "wengert/kernel/kernel.h"

namespace wengert {

enum class Family { structure, elementwise, linear, bilinear, composite, nondifferentiable, control };
std::string_view to_string(Family family);

/// An attribute that an operation takes: data of its record, so that no other name is taken for one.
struct AttributeField {
  enum class Kind : uint8_t { flag, integer, real, dtype, integers, text, array, program };  ///< as in AttributeValue

  std::string_view name;
  Kind kind;
  std::string_view meaning;       ///< one line for the reference
  std::string_view initial = {};  ///< what holds in a formula that leaves it out; empty: it must be given
};
/// "a list of integers".
std::string_view to_string(AttributeField::Kind kind);

/// The types an instruction is called with.
struct Signature {
  const Primitive& primitive;
  std::span<const Type> operands;
  const Attributes& attributes;

  /// throws : ShapeError W206 unless `condition`; the message names the primitive and its operands' types. Without a
  ///          `fix` of the record's own it is found from them: an axis that is not there, two precisions.
  void require(bool condition, std::string_view expected, std::string_view fix = {}) const;
  [[noreturn]] void refuse(std::string_view expected, std::string_view fix = {}) const;
};

/// An instruction as its derivative rule sees it. A missing tangent means that the operand does not vary.
struct JvpRule {
  std::span<const Expr> operands;
  std::span<const Expr> results;
  std::span<const Expr> residuals;  ///< what `augmented` kept
  const Attributes& attributes;
  std::span<const std::optional<Expr>> tangents;
  const BodyTransforms& bodies;

  /// The tangent, or zeros.
  Expr tangent(int k) const;
  bool active(int k) const { return tangents[static_cast<size_t>(k)].has_value(); }
};

/// A linear instruction as its transpose sees it: operands it is linear in are missing, the others are given.
struct TransposeRule {
  std::span<const std::optional<Expr>> operands;
  std::span<const Type> operand_types;
  std::span<const Type> result_types;
  std::span<const std::optional<Expr>> cotangents;  ///< of the results; at least one is there
  const Attributes& attributes;
  const BodyTransforms& bodies;

  bool linear(int k) const { return !operands[static_cast<size_t>(k)].has_value(); }
  /// The cotangent of result k, or zeros.
  Expr cotangent(int k = 0) const;
};

/// An instruction to be run over a leading axis; operand k has that axis where batched[k].
struct BatchRule {
  std::span<const Expr> operands;
  std::span<const bool> batched;
  int64_t size;
  const Attributes& attributes;
  const BodyTransforms& bodies;
};

using Tangents = std::vector<std::optional<Expr>>;

/// Operands (and, where they are known exactly, results) for the generated tests.
struct Example {
  std::vector<Array> operands;
  Attributes attributes = {};
  std::vector<Array> results = {};
};

/// A derivative stated at a point where the limit from one side would be another: data, not prose.
struct StatedPartials {
  std::vector<double> at, partials;
};

/// Runs the body of a control primitive: inputs, then outputs.
using BodyRunner = std::function<void(std::span<const ConstView>, std::span<const View>)>;
/// Writes the body of that name into the kernel under construction: inputs, then outputs.
using BodyWriter = std::function<void(std::string_view name, std::span<const Place>, std::span<const Place>)>;

/// How a kernel goes over its operands and result: what it may be fused with.
enum class Access : uint8_t {
  any,
  once,         ///< each operand element is read at most once: it may be computed where it is read
  rearranges,   ///< one loop (KernelBuilder::loop or loop_over) over the elements of the one result, each stored once
  elementwise,  ///< the same, and reads no element of an operand but the one at the same flat place
};

class Primitive {
 public:
  Primitive(std::string_view name, Family family, int arity, std::string_view source = {}, std::string_view note = {});
  virtual ~Primitive() = default;
  Primitive(const Primitive&) = delete;
  Primitive& operator=(const Primitive&) = delete;

  const std::string_view name;
  const Family family;
  const int arity;                 ///< operands; any_arity for a variable number
  const std::string_view source;   ///< of the rule, a key of docs/sources.md
  const std::string_view note;     ///< one line for the reference: conventions, reasons
  const uint16_t id;               ///< place in the registry
  static constexpr int any_arity = -1;

  /// Result types. throws : ShapeError W20x, UsageError W120
  virtual std::vector<Type> infer(const Signature& signature) const = 0;
  /// Every attribute that an instruction may have.
  virtual std::span<const AttributeField> attributes() const { return {}; }
  /// throws : UsageError W515 for an attribute of another name, W120 for one of another kind
  void check_attributes(const Attributes& given) const;
  /// infer, for attributes that are taken: what everything that records asks. Never empty.
  /// throws : as both, and UsageError W507 for a body without results
  std::vector<Type> result_types(const Signature& signature) const;
  /// Writes the kernel for the operand and result types that `k` shows.
  virtual void kernel(KernelBuilder& k, const Attributes& attributes) const;
  virtual bool has_kernel() const { return true; }
  virtual Access access() const { return Access::any; }

  /// Records the instruction so that its derivative has what it needs: results, and values kept besides.
  struct Augmented { std::vector<Expr> results, residuals; };
  virtual Augmented augmented(std::span<const Expr> operands, const Attributes& attributes, Site site) const;

  /// Elementwise records: the partials by each operand, at `operands` with result `result`; literals stay literals.
  virtual std::vector<Expr> partials(std::span<const Expr> operands, Expr result) const;
  /// Every other record: the results' tangents, as operations linear in the operands' tangents.
  virtual Tangents jvp(const JvpRule& rule) const;
  /// The operands' cotangents; missing where the operand is not linear, or the cotangent zero.
  virtual Tangents transpose(const TransposeRule& rule) const;
  /// The results over the leading axis; an empty vector means: no rule, loop over it.
  virtual std::vector<Expr> batch(const BatchRule& rule) const;

  /// Native loops over elements of one dtype (elementwise records): out[i] = value(in[0][i], ...).
  using Loop = void (*)(const void* const* in, void* out, int64_t count);
  virtual Loop native_loop(DType dtype) const;
  /// Control primitives only: how bodies (attribute name -> runner) are run.
  virtual void run_bodies(std::span<const ConstView> in, std::span<const View> out, const Attributes& attributes,
                          const std::function<BodyRunner(std::string_view)>& body) const;
  /// The same as part of a kernel: `in` and `out` are the operands' and results' places. False: it cannot be written so.
  virtual bool write_bodies(KernelBuilder& k, const Signature& signature, std::span<const Place> in,
                            std::span<const Place> out, const BodyWriter& body) const;
  /// An instruction that must stay although nobody uses its result, and whose result must come out true: a guard.
  virtual bool is_guard() const { return false; }
  /// Operands whose tangent is zero by declaration (masks, indices, keys): never active.
  virtual bool differentiable(int operand) const;

  /// For the generated tests: points away from kinks, and the choices made at kinks.
  virtual std::vector<Example> examples() const { return {}; }
  virtual std::vector<StatedPartials> edges() const { return {}; }
};

/// Lines that belong to the list itself, not to any family: `input`, `constant`, and `result` (see program.h).
extern const Primitive& input_p;
extern const Primitive& constant_p;
extern const Primitive& result_p;

}  // namespace wengert
