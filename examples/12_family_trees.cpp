// SPDX-License-Identifier: Apache-2.0
//
// The second experiment of Rumelhart, Hinton, Williams 1986 (RHW86): two families of twelve, English and Italian, with
// the same tree; a net is asked "who is Colin's aunt?" and has to light up the answers. Names mean nothing to it, each
// has an input unit of its own. To answer from six units a person it must find out what matters about people (Fig. 4).
//
// 24 people -> 6, 12 relations -> 6, both -> 12 -> 6 -> 24 people, sigmoid units. E = 1/2 sum (y - d)^2, where a unit
// within 0.2 of its target counts as right; dw(t) = -rate dE/dw + momentum dw(t-1) after each sweep over 100 of the 104
// questions; each weight then shrinks by `decay`. Net, gradient and update are one Program, recorded once.
//
// Usage: 12_family_trees [SEEDS]
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "wengert/base/random.h"
#include "wengert/wengert.h"

using namespace wengert;

namespace {

// --- The facts, from parents and marriages -------------------------------------------------------------------------

constexpr int roles = 12, people = 2 * roles, relations = 12;
using Kin = std::vector<int>;  // roles

struct Role {
  const char *english, *italian;
  bool male;
  Kin spouse, parents;
  int generation, branch;  ///< branch 0: of both, or of neither
};
const Role tree[roles] = {
    {"Christopher", "Roberto", true, {1}, {}, 1, 1},   {"Penelope", "Maria", false, {0}, {}, 1, 1},
    {"Andrew", "Pierro", true, {3}, {}, 1, 2},         {"Christine", "Francesca", false, {2}, {}, 1, 2},
    {"Margaret", "Gina", false, {5}, {}, 2, 1},        {"Arthur", "Emilio", true, {4}, {0, 1}, 2, 1},
    {"Victoria", "Lucia", false, {7}, {0, 1}, 2, 1},   {"James", "Marco", true, {6}, {2, 3}, 2, 2},
    {"Jennifer", "Angela", false, {9}, {2, 3}, 2, 2},  {"Charles", "Tomaso", true, {8}, {}, 2, 2},
    {"Colin", "Alfonso", true, {}, {7, 6}, 3, 0},      {"Charlotte", "Sophia", false, {}, {7, 6}, 3, 0}};

Kin children(int role) {
  Kin found;
  for (int c = 0; c < roles; ++c)
    if (std::ranges::count(tree[c].parents, role)) found.push_back(c);
  return found;
}
Kin parents(int role) { return tree[role].parents; }
Kin spouse(int role) { return tree[role].spouse; }
/// All f(k) for the roles k.
Kin of_each(const Kin& kin, Kin (*f)(int)) {
  Kin found;
  for (int k : kin)
    for (int role : f(k)) found.push_back(role);
  return found;
}
Kin siblings(int role) {
  Kin found = parents(role).empty() ? Kin{} : children(parents(role)[0]);
  std::erase(found, role);
  return found;
}
Kin with_spouses(Kin kin) {
  for (int s : of_each(kin, spouse)) kin.push_back(s);
  return kin;
}
Kin uncles_and_aunts(int role) { return with_spouses(of_each(parents(role), siblings)); }
Kin nephews_and_nieces(int role) { return of_each(of_each(with_spouses({role}), siblings), children); }

/// Each has a relation for men and one for women.
Kin (*const kinds[])(int) = {parents, spouse, children, uncles_and_aunts, siblings, nephews_and_nieces};

/// Person p is role p % 12 of the English (p < 12) or the Italian family; relation 2k is that of men of kind k.
struct Question {
  int person, relation;
  std::vector<int> answers;
};
std::vector<Question> all_questions() {
  std::vector<Question> questions;
  for (int person = 0; person < people; ++person)
    for (int relation = 0; relation < relations; ++relation) {
      Question q{person, relation, {}};
      for (int role : kinds[relation / 2](person % roles))
        if (tree[role].male == (relation % 2 == 0)) q.answers.push_back(role + person / roles * roles);
      if (!q.answers.empty()) questions.push_back(q);
    }
  return questions;
}

/// What the net sees: a 1 for the person, f64[n, 24], and for the relation, f64[n, 12]; what it should say, f64[n, 24].
std::vector<Array> as_arrays(std::span<const Question> questions) {
  const auto n = static_cast<int64_t>(questions.size());
  std::vector<Array> arrays{Array(f64({n, people})), Array(f64({n, relations})), Array(f64({n, people}))};
  const auto set = [&](size_t array, size_t row, int column) {
    arrays[array].mutable_values<double>()[row * static_cast<size_t>(arrays[array].shape()[1]) + static_cast<size_t>(column)] = 1;
  };
  for (size_t row = 0; row < questions.size(); ++row) {
    set(0, row, questions[row].person);
    set(1, row, questions[row].relation);
    for (int answer : questions[row].answers) set(2, row, answer);
  }
  return arrays;
}

// --- The net -------------------------------------------------------------------------------------------------------

/// Weights and biases: people -> 6, relations -> 6, each of these -> 12, these -> 6 -> people.
const std::vector<Type> weight_types{f64({people, 6}), f64({1, 6}), f64({relations, 6}), f64({1, 6}), f64({6, 12}), f64({6, 12}), f64({1, 12}),
                                     f64({12, 6}),     f64({1, 6}), f64({6, people}),    f64({1, people})};

/// (w..., people, relations) -> y: f64[n, 24]. A bias is the weight of a unit that is always on.
Expr answers(std::span<const Expr> w, Expr people_in, Expr relations_in) {
  const Expr on = constant(Array::filled(f64({people_in.shape()[0], 1}), 1));
  const Expr person = sigmoid(matmul(people_in, w[0]) + matmul(on, w[1]));
  const Expr relation = sigmoid(matmul(relations_in, w[2]) + matmul(on, w[3]));
  const Expr centre = sigmoid(matmul(person, w[4]) + matmul(relation, w[5]) + matmul(on, w[6]));
  const Expr penultimate = sigmoid(matmul(centre, w[7]) + matmul(on, w[8]));
  return sigmoid(matmul(penultimate, w[9]) + matmul(on, w[10]));
}

/// (w..., people, relations, d) -> E
Expr error(const std::vector<Expr>& in) {
  const size_t n = weight_types.size();
  const Expr e = answers(std::span(in).first(n), in[n], in[n + 1]) - in[n + 2];
  const Expr wrong = e * convert(less(0.2, abs(e)), DType::f64);
  return 0.5 * sum(wrong * wrong);
}

/// One sweep: (w..., dw(t-1)..., people, relations, d, rate, momentum, decay) -> (w..., dw(t)..., E with the old w).
Program sweep(std::span<const Array> questions) {
  const size_t n = weight_types.size();
  std::vector<Type> types = weight_types, state = weight_types;
  for (const Array& a : questions) types.push_back(a.type());
  std::vector<size_t> varying(n);
  for (size_t k = 0; k < n; ++k) varying[k] = k;
  const Program error_and_gradient = value_and_grad(trace(error, types, "error"), varying);
  const auto step = [&](const std::vector<Expr>& in) {
    std::vector<Expr> arguments(in.begin(), in.begin() + static_cast<int64_t>(n)), results(2 * n, 0);
    arguments.insert(arguments.end(), in.end() - 6, in.end() - 3);
    const Expr rate = in[2 * n + 3], momentum = in[2 * n + 4], decay = in[2 * n + 5];
    const std::vector<Expr> error = replay(error_and_gradient, arguments);
    for (size_t k = 0; k < n; ++k) {
      results[n + k] = -rate * error[1 + k] + momentum * in[n + k];
      results[k] = (in[k] + results[n + k]) * (1 - decay);
    }
    results.push_back(error[0]);
    return results;
  };
  state.insert(state.end(), types.begin(), types.end());
  state.insert(state.end(), 3, f64());
  return simplify(trace(step, state, "sweep"));
}

// --- Learning ------------------------------------------------------------------------------------------------------

constexpr int sweeps = 1500, first_sweeps = 20, held_out = 4;

struct Recipe {
  const char* name;
  double start, first_rate, first_momentum, rate, momentum, decay;
};
const Recipe recipes[] = {
    {"as printed, rate .01", 0.3, 0.005, 0.5, 0.01, 0.9, 0.002},
    {"as printed, rate .001", 0.3, 0.005, 0.5, 0.001, 0.9, 0.002},
    {"larger start and rate", 1.0, 0.05, 0.5, 0.05, 0.9, 0.0002},
};

/// The weights after `sweeps`. Two sets of arrays take turns as inputs and outputs, so that no sweep copies or allocates.
std::vector<Array> learn(const Executable& step, const Recipe& recipe, std::span<const Array> questions, Random random, double& err) {
  std::vector<Array> state[2];
  Array rate(recipe.first_rate), momentum(recipe.first_momentum), decay(recipe.decay), e(0.0);
  std::vector<ConstView> in[2];
  std::vector<View> out[2];
  for (size_t turn : {0, 1}) {
    for (int twice : {0, 1})  // weights, then their last changes
      for (const Type& type : weight_types) {
        Array& array = state[turn].emplace_back(type);
        if (twice == 0)
          for (double& w : array.mutable_values<double>()) w = random.uniform(-recipe.start, recipe.start);
        in[turn].push_back(array.view());
        out[1 - turn].push_back(array.mutable_view());
      }
    for (const Array& a : questions) in[turn].push_back(a.view());
    in[turn].insert(in[turn].end(), {rate.view(), momentum.view(), decay.view()});
  }
  for (auto& views : out) views.push_back(e.mutable_view());
  for (int sweep = 0; sweep < sweeps; ++sweep) {
    if (sweep == first_sweeps) rate.mutable_values<double>()[0] = recipe.rate, momentum.mutable_values<double>()[0] = recipe.momentum;
    step.run(in[sweep % 2], out[sweep % 2]);
  }
  err = e.item();
  return {state[sweeps % 2].begin(), state[sweeps % 2].begin() + static_cast<int64_t>(weight_types.size())};
}

}  // namespace

int main(int argc, char** argv) {
  const int seeds = argc > 1 ? std::atoi(argv[1]) : 2;
  const auto questions = all_questions();
  size_t facts = 0;
  for (const auto& q : questions) facts += q.answers.size();
  std::printf("%zu facts, %zu questions\n", facts, questions.size());
  std::vector<Type> types = weight_types;
  const auto all = as_arrays(questions);
  types.push_back(all[0].type()), types.push_back(all[1].type());
  const Interpreter ask(trace([](const std::vector<Expr>& in) { return answers(std::span(in).first(11), in[11], in[12]); }, types));
  std::unique_ptr<Interpreter> step;
  for (const auto& recipe : recipes)
    for (int seed = 1; seed <= seeds; ++seed) {
      Random random(static_cast<uint64_t>(seed));
      auto order = questions;
      for (size_t k = 0; k < held_out; ++k) std::swap(order[k], order[k + random.below(order.size() - k)]);
      const auto train = as_arrays(std::span(order).subspan(held_out));
      if (!step) step = std::make_unique<Interpreter>(sweep(train));
      double err;
      auto w = learn(*step, recipe, train, random, err);
      const auto a = as_arrays(order);
      w.push_back(a[0]), w.push_back(a[1]);
      const auto y = ask.run(w)[0];
      int half[2] = {}, rank[2] = {}, top[2] = {};
      for (size_t k = 0; k < order.size(); ++k) {
        double low = 1, high = 0, most = 0;
        for (int p = 0; p < people; ++p) {
          const double v = y[(int64_t)k * people + p];
          if (std::ranges::count(order[k].answers, p)) low = std::min(low, v), most = std::max(most, v); else high = std::max(high, v);
        }
        half[k >= held_out] += low > .5 && high < .5;
        rank[k >= held_out] += low > high;
        top[k >= held_out] += most > high;
      }
      std::printf("%-25s seed %2d  E %.3f  train half %d rank %d top %d; held out half %d rank %d top %d\n", recipe.name, seed, err, half[1], rank[1], top[1], half[0], rank[0], top[0]);
    }
}
