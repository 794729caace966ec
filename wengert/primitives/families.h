// SPDX-License-Identifier: Apache-2.0
//
// The families of primitives: what an author writes, and what follows from it.
//
//   Elementwise<N>     value and partials     JVP, transpose, batching, native loop, kernel
//   Linear             transpose              JVP (itself)
//   Bilinear           transpose by operand   JVP (product rule)
//   Composite          a JVP                  transpose, by linearity of the JVP
//   Nondifferentiable  a stated reason        zero derivative
//
// The factoring (only linear operations have transposes) is that of RPMFJ22 ("You only linearize once:
// tangents transpose to gradients").
#pragma once

#include <array>
#include <type_traits>
#include <utility>

#include "wengert/ir/primitive.h"
#include "wengert/primitives/scalar_step.h"

namespace wengert {

/// Partials in a row, numbers and Exprs mixed: `each(1, -y)`.
template <class... T> auto each(T... partial) {
  using Common = std::common_type_t<double, decltype(+partial)...>;
  return std::array<Common, sizeof...(T)>{static_cast<Common>(partial)...};
}

/// The least number above 0 of the dtype of `like`: x / max(y, least) is x / y, and 0 with an infinite slope at 0 / 0.
inline double least_positive(double) { return 0x1p-1074; }
inline Expr least_positive(const Expr& like) { return like.type().dtype == DType::f32 ? 0x1p-149 : 0x1p-1074; }

template <size_t... I>
auto number_function(std::index_sequence<I...>) -> double (*)(decltype(static_cast<double>(I))...);
/// A pointer to a function of N numbers: in registers, since a number on its way through memory costs 12 cycles.
template <int N> using NumberFunction = decltype(number_function(std::make_index_sequence<N>()));

/// A value rule, a generic lambda, instantiated for numbers, for the kernel's operand, and as loops.
template <int N> class ValueRule {
 public:
  template <class F> requires std::is_empty_v<F>
  ValueRule(F)
      : number([](auto... x) { return static_cast<double>(F{}(x...)); }),
        scalar([](const Scalar* x) { return Scalar(call<F>(x)); }),
        loop_f64(&loop<F, double>), loop_f32(&loop<F, float>), replay(replay_steps<F, N>()) {}

  NumberFunction<N> number;
  Scalar (*scalar)(const Scalar*);
  Primitive::Loop loop_f64, loop_f32;
  std::array<ScalarStep, 8> replay;  ///< by active operands

 private:
  template <class F, class T> static auto call(const T* x) {
    return [&]<size_t... I>(std::index_sequence<I...>) { return F{}(x[I]...); }(std::make_index_sequence<N>());
  }
  template <class F, class T> static void loop(const void* const* in, void* out, int64_t count) {
    T* const y = static_cast<T*>(out);
    for (int64_t i = 0; i < count; ++i) {
      double x[N];
      for (int k = 0; k < N; ++k) x[k] = static_cast<double>(static_cast<const T*>(in[k])[i]);
      y[i] = static_cast<T>(call<F>(static_cast<const double*>(x)));
    }
  }
};

/// A partials rule (operands..., result) -> array of N, instantiated for numbers and for Expr.
template <int N> class PartialsRule {
 public:
  template <class F> requires std::is_empty_v<F>
  PartialsRule(F)
      : number([](const double* x, double y, double* partial) {
          const auto all = call<F>(x, y);
          for (size_t k = 0; k < N; ++k) partial[k] = static_cast<double>(all[k]);
        }),
        expr([](const Expr* x, Expr y) {
          const auto all = call<F>(x, y);
          return std::vector<Expr>(all.begin(), all.end());
        }),
        steps(derivative_steps<F, N>()) {}

  void (*number)(const double* x, double y, double* partial);
  std::vector<Expr> (*expr)(const Expr* x, Expr y);
  std::array<ScalarSteps, 8> steps;  ///< by active operands

 private:
  template <class F, class T> static auto call(const T* x, T y) {
    return [&]<size_t... I>(std::index_sequence<I...>) { return F{}(x[I]..., y); }(std::make_index_sequence<N>());
  }
};

/// Value and partial of a function of one number where they are cheaper together than apart, equal to the rules bit for
/// bit: a lambda double -> ValueAndPartial. Lists of Reals then keep the partial (8 bytes more).
class JointRule {
 public:
  JointRule() = default;
  template <class F> requires std::is_empty_v<F>
  JointRule(F) : both([](double x) { return F{}(x); }), steps(kept_steps<F>()) {}

  ValueAndPartial (*both)(double) = nullptr;
  ScalarSteps steps;
};
struct NoJointRule {};

/// What the author of an elementwise operation writes.
template <int N> struct ElementwiseSpec {
  using Point = std::array<double, N>;
  struct Known { Point x; double y; };
  struct Edge { Point x; Point partials; };

  std::string_view name;
  ValueRule<N> kernel;
  PartialsRule<N> partials;
  std::conditional_t<N == 1, JointRule, NoJointRule> joint = {};
  std::vector<Known> known = {};    ///< exact values
  std::vector<Point> samples = {};  ///< points away from kinks, where derivatives are checked
  std::vector<Edge> edges = {};     ///< what is chosen at kinks
  std::string_view source = {};
  std::string_view note = {};
};

/// Brings operands to one dtype and one shape: literals take the others' dtype, shapes broadcast.
/// throws : ShapeError W203, W205 (mixed dtypes)
std::vector<Expr> align(const Primitive& primitive, std::span<const Expr> operands, Site site);
std::vector<Expr> align(const Primitive& primitive, std::initializer_list<Expr> operands, Site site);

/// A batched instruction's operands, every one with the leading axis.
std::vector<Expr> with_leading_axis(const BatchRule& rule);

/// The part of Elementwise that does not depend on the rules' number of operands.
class ElementwisePrimitive : public Primitive {
 public:
  using Primitive::Primitive;
  std::vector<Type> infer(const Signature& s) const override;
  std::vector<Expr> batch(const BatchRule& rule) const override;
  Tangents transpose(const TransposeRule& rule) const override;
  Access access() const override { return Access::elementwise; }

  /// Native values for sweeps of scalar lists.
  virtual double value(const double* x) const = 0;
  virtual void partials(const double* x, double y, double* partial) const = 0;
  virtual ScalarSteps scalar_steps(unsigned active) const = 0;  ///< active: also scalar_kept; none where there is no such
  using Primitive::partials;
};

template <int N> class Elementwise : public ElementwisePrimitive {
 public:
  explicit Elementwise(ElementwiseSpec<N> spec)
      : ElementwisePrimitive(spec.name, Family::elementwise, N, spec.source, spec.note), spec_(std::move(spec)) {}

  /// Records the operation; operands are aligned first.
  template <class... T> requires(sizeof...(T) == N - 1)
  Expr operator()(Sited first, T... rest) const {
    const std::array<Expr, N> operands{first.expr, rest...};
    return record_all(*this, align(*this, operands, first.site), {}, first.site)[0];
  }

  void kernel(KernelBuilder& k, const Attributes&) const override {
    k.parallel_loop(k.result().elements(), [&](Integer i) {
      const auto x = [&]<size_t... I>(std::index_sequence<I...>) {
        return std::array<Scalar, N>{k.operand(static_cast<int>(I)).real(i)...};
      }(std::make_index_sequence<N>());
      k.result().store(i, spec_.kernel.scalar(x.data()));
    });
  }
  std::vector<Expr> partials(std::span<const Expr> x, Expr y) const override { return spec_.partials.expr(x.data(), y); }
  double value(const double* x) const override {
    return [&]<size_t... I>(std::index_sequence<I...>) { return number()(x[I]...); }(std::make_index_sequence<N>());
  }
  NumberFunction<N> number() const { return spec_.kernel.number; }
  const auto& joint() const { return spec_.joint; }
  void partials(const double* x, double y, double* partial) const override { spec_.partials.number(x, y, partial); }
  ScalarSteps scalar_steps(unsigned active) const override {
    if constexpr (N == 1)
      if (active == scalar_kept) return spec_.joint.steps;
    ScalarSteps steps = spec_.partials.steps[active];
    steps.replay = spec_.kernel.replay[active];
    return steps;
  }
  Loop native_loop(DType dtype) const override {
    return dtype == DType::f64 ? spec_.kernel.loop_f64 : dtype == DType::f32 ? spec_.kernel.loop_f32 : nullptr;
  }
  std::vector<Example> examples() const override {
    std::vector<Example> all;
    for (const auto& known : spec_.known) all.push_back({{known.x.begin(), known.x.end()}, {}, {Array(known.y)}});
    for (const auto& x : spec_.samples) all.push_back({{x.begin(), x.end()}, {}, {}});
    return all;
  }
  std::vector<StatedPartials> edges() const override {
    std::vector<StatedPartials> all;
    for (const auto& e : spec_.edges) all.push_back({{e.x.begin(), e.x.end()}, {e.partials.begin(), e.partials.end()}});
    return all;
  }

 private:
  ElementwiseSpec<N> spec_;
};

/// What the authors of the other families write; rules are captureless lambdas.
struct ArraySpec {
  std::string_view name;
  int arity = 1;
  std::vector<Type> (*infer)(const Signature&) = nullptr;
  void (*kernel)(KernelBuilder&, const Attributes&) = nullptr;
  Tangents (*jvp)(const JvpRule&) = nullptr;                   ///< Composite only
  Tangents (*transpose)(const TransposeRule&) = nullptr;       ///< Linear and Bilinear only
  std::vector<Expr> (*batch)(const BatchRule&) = nullptr;
  std::vector<Example> (*examples)() = nullptr;
  std::string_view source = {};
  std::string_view note = {};
  std::vector<AttributeField> attributes = {};  ///< all that an instruction may have
  Access access = Access::any;                  ///< of the kernel
};

class ArrayPrimitive : public Primitive {
 public:
  ArrayPrimitive(Family f, ArraySpec spec) : Primitive(spec.name, f, spec.arity, spec.source, spec.note), spec_(spec) {}
  std::vector<Type> infer(const Signature& s) const override { return spec_.infer(s); }
  std::span<const AttributeField> attributes() const override { return spec_.attributes; }
  Access access() const override { return spec_.access; }
  void kernel(KernelBuilder& k, const Attributes& attributes) const override { spec_.kernel(k, attributes); }
  std::vector<Expr> batch(const BatchRule& rule) const override {
    return spec_.batch ? spec_.batch(rule) : std::vector<Expr>{};
  }
  std::vector<Example> examples() const override { return spec_.examples ? spec_.examples() : std::vector<Example>{}; }
  Expr operator()(Sited first, std::initializer_list<Expr> rest = {}, const Attributes& attributes = {}) const;

 protected:
  ArraySpec spec_;
};

/// Linear in all its float operands together; integer operands (indices, masks) are data.
class Linear : public ArrayPrimitive {
 public:
  explicit Linear(ArraySpec spec) : ArrayPrimitive(Family::linear, spec) {}
  Tangents jvp(const JvpRule& rule) const override;
  Tangents transpose(const TransposeRule& rule) const override { return spec_.transpose(rule); }
};

/// Linear in each of its first two operands while the other is held fixed.
class Bilinear : public ArrayPrimitive {
 public:
  explicit Bilinear(ArraySpec spec) : ArrayPrimitive(Family::bilinear, spec) {}
  Tangents jvp(const JvpRule& rule) const override;
  Tangents transpose(const TransposeRule& rule) const override { return spec_.transpose(rule); }
};

/// Anything else with a JVP made of operations that are linear in the tangents.
class Composite : public ArrayPrimitive {
 public:
  explicit Composite(ArraySpec spec) : ArrayPrimitive(Family::composite, spec) {}
  Tangents jvp(const JvpRule& rule) const override { return spec_.jvp(rule); }
};

/// Derivative zero wherever it exists, or no derivative: `note` says which and why.
class Nondifferentiable : public ArrayPrimitive {
 public:
  explicit Nondifferentiable(ArraySpec spec) : ArrayPrimitive(Family::nondifferentiable, spec) {}
};

}  // namespace wengert
