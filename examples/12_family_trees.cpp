// SPDX-License-Identifier: Apache-2.0
//
// The second experiment of Rumelhart, Hinton, Williams 1986 (RHW86): two families of twelve, English and Italian, with
// the same tree. A net is asked "who is Colin's aunt?" and has to light up the answers. Names mean nothing to it: each
// is an input unit of its own. But all it keeps of a person are six units, so it must find out what matters about
// people.
//
// 24 people -> 6, 12 relations -> 6, both -> 12 -> 6 -> 24 people, sigmoid units. E = 1/2 sum (y - d)^2, where a unit
// within 0.2 of its target counts as right; dw(t) = -rate dE/dw + momentum dw(t-1) after each sweep over 100 of the 104
// questions; then each weight shrinks by `decay`. Net, gradient and update are one Program, recorded once.
//
// Usage: 12_family_trees          one run of the recipe as printed and of one that works, in words
//        12_family_trees RUNS    so many runs of eleven recipes (a second each), and the weights of the best
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <string>

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
    {"Christopher", "Roberto", true, {1}, {}, 1, 1},  {"Penelope", "Maria", false, {0}, {}, 1, 1},
    {"Andrew", "Pierro", true, {3}, {}, 1, 2},        {"Christine", "Francesca", false, {2}, {}, 1, 2},
    {"Margaret", "Gina", false, {5}, {}, 2, 1},       {"Arthur", "Emilio", true, {4}, {0, 1}, 2, 1},
    {"Victoria", "Lucia", false, {7}, {0, 1}, 2, 1},  {"James", "Marco", true, {6}, {2, 3}, 2, 2},
    {"Jennifer", "Angela", false, {9}, {2, 3}, 2, 2}, {"Charles", "Tomaso", true, {8}, {}, 2, 2},
    {"Colin", "Alfonso", true, {}, {7, 6}, 3, 0},     {"Charlotte", "Sophia", false, {}, {7, 6}, 3, 0}};

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
    arrays[array]
        .mutable_values<double>()[row * static_cast<size_t>(arrays[array].shape()[1]) + static_cast<size_t>(column)] =
        1;
  };
  for (size_t row = 0; row < questions.size(); ++row) {
    set(0, row, questions[row].person);
    set(1, row, questions[row].relation);
    for (int answer : questions[row].answers) set(2, row, answer);
  }
  return arrays;
}

// --- The net -------------------------------------------------------------------------------------------------------

constexpr size_t weight_arrays = 11;
/// Weights and biases: people -> 6, relations -> 6, each of these -> 12, these -> 6 -> people.
const std::vector<Type> weight_types{f64({people, 6}), f64({1, 6}),      f64({relations, 6}), f64({1, 6}),
                                     f64({6, 12}),     f64({6, 12}),     f64({1, 12}),        f64({12, 6}),
                                     f64({1, 6}),      f64({6, people}), f64({1, people})};

/// (w..., people, relations) -> y: f64[n, 24]. A bias is the weight of a unit that is always on (RHW86, below eq. (1)).
Expr answers(const std::vector<Expr>& w) {
  const Expr asked_person = w[weight_arrays], asked_relation = w[weight_arrays + 1];
  const Expr on = constant(Array::filled(f64({asked_person.shape()[0], 1}), 1));
  const Expr person = sigmoid(matmul(asked_person, w[0]) + matmul(on, w[1]));
  const Expr relation = sigmoid(matmul(asked_relation, w[2]) + matmul(on, w[3]));
  const Expr centre = sigmoid(matmul(person, w[4]) + matmul(relation, w[5]) + matmul(on, w[6]));
  const Expr penultimate = sigmoid(matmul(centre, w[7]) + matmul(on, w[8]));
  return sigmoid(matmul(penultimate, w[9]) + matmul(on, w[10]));
}

/// (w..., people, relations, d) -> E; which units are right is not differentiated
Expr error(const std::vector<Expr>& in) {
  const Expr e = answers(in) - in[weight_arrays + 2];
  const Expr wrong = e * convert(less(0.2, abs(e)), DType::f64);
  return 0.5 * sum(wrong * wrong);
}

std::vector<Type> twice(std::vector<Type> types) {
  types.insert(types.end(), types.begin(), types.begin() + static_cast<int64_t>(types.size()));
  return types;
}

/// One sweep over n questions: (w..., dw(t-1)..., people, relations, d, rate, momentum, decay) -> (w..., dw(t)..., E
/// with the old w).
Program sweep(int64_t n) {
  const std::vector<Type> questions{f64({n, people}), f64({n, relations}), f64({n, people})};
  std::vector<Type> error_types = weight_types, types = twice(weight_types);
  error_types.insert(error_types.end(), questions.begin(), questions.end());
  types.insert(types.end(), questions.begin(), questions.end());
  types.insert(types.end(), 3, f64());
  std::vector<size_t> weights(weight_arrays);
  std::iota(weights.begin(), weights.end(), 0);
  const Program error_and_gradient = value_and_grad(trace(error, error_types, "error"), weights);
  const auto step = [&](const std::vector<Expr>& in) {
    const auto w = std::span(in).first(weight_arrays), dw = std::span(in).subspan(weight_arrays, weight_arrays),
               rest = std::span(in).last(6);
    const Expr rate = rest[3], momentum = rest[4], decay = rest[5];
    std::vector<Expr> asked(w.begin(), w.end());
    asked.insert(asked.end(), rest.begin(), rest.begin() + 3);
    const std::vector<Expr> error = replay(error_and_gradient, asked);
    std::vector<Expr> results(2 * weight_arrays, 0);
    for (size_t k = 0; k < weight_arrays; ++k) {
      results[weight_arrays + k] = -rate * error[1 + k] + momentum * dw[k];
      results[k] = (w[k] + results[weight_arrays + k]) * (1 - decay);
    }
    results.push_back(error[0]);
    return results;
  };
  return simplify(trace(step, types, "sweep"));
}

// --- Learning ------------------------------------------------------------------------------------------------------

constexpr int sweeps = 1500, gentle_sweeps = 20;
constexpr size_t held_out = 4;

struct Recipe {
  const char* name;
  double start;  ///< weights start in [-start, start]
  double gentle_rate, gentle_momentum, rate, momentum, decay;
};
const Recipe recipes[] = {{"as printed, rate .01", 0.3, 0.005, 0.5, 0.01, 0.9, 0.002},
                          {"as printed, rate .001", 0.3, 0.005, 0.5, 0.001, 0.9, 0.002},
                          {"start 1, rate .05, decay/10", 1, 0.005, 0.5, 0.05, 0.9, 0.0002},
                          // What is it that helps?
                          {"printed, no decay", 0.3, 0.005, 0.5, 0.01, 0.9, 0},
                          {"printed, but start 1", 1, 0.005, 0.5, 0.01, 0.9, 0.002},
                          {"printed, but rate .05", 0.3, 0.005, 0.5, 0.05, 0.9, 0.002},
                          {"printed, but decay/10", 0.3, 0.005, 0.5, 0.01, 0.9, 0.0002},
                          {"start 1, rate .05", 1, 0.005, 0.5, 0.05, 0.9, 0.002},
                          {"start 1, decay/10", 1, 0.005, 0.5, 0.01, 0.9, 0.0002},
                          {"rate .05, decay/10", 0.3, 0.005, 0.5, 0.05, 0.9, 0.0002},
                          {"all three, not gentle at first", 1, 0.05, 0.9, 0.05, 0.9, 0.0002}};

/// The weights after all sweeps. Two sets of arrays take turns as inputs and outputs, so that no sweep allocates.
std::vector<Array> learn(const Executable& step, const Recipe& recipe, std::span<const Array> questions,
                         Random random) {
  std::vector<Array> state[2];
  Array rate(recipe.gentle_rate), momentum(recipe.gentle_momentum), decay(recipe.decay), e;
  std::vector<ConstView> in[2];
  std::vector<View> out[2];
  for (size_t turn : {0, 1}) {
    for (const Type& type : twice(weight_types)) {
      Array& array = state[turn].emplace_back(type);  // zeros: the first dw
      in[turn].push_back(array.view());
      out[1 - turn].push_back(array.mutable_view());
    }
    for (const Array& a : questions) in[turn].push_back(a.view());
    in[turn].insert(in[turn].end(), {rate.view(), momentum.view(), decay.view()});
  }
  for (auto& views : out) views.push_back(e.mutable_view());
  for (size_t k = 0; k < weight_arrays; ++k)
    for (double& w : state[0][k].mutable_values<double>()) w = random.uniform(-recipe.start, recipe.start);
  for (int sweep = 0; sweep < sweeps; ++sweep) {
    if (sweep == gentle_sweeps) {
      rate.mutable_values<double>()[0] = recipe.rate;
      momentum.mutable_values<double>()[0] = recipe.momentum;
    }
    step.run(in[sweep % 2], out[sweep % 2]);
  }
  state[sweeps % 2].resize(weight_arrays);
  return state[sweeps % 2];
}

/// How many of the questions are answered: `right` with all answers above 1/2 and all other people below, `first` with
/// the answers before all others.
struct Score {
  int right = 0, first = 0;
};
Score score(std::span<const Question> questions, std::vector<Array> w) {
  const std::vector<Array> asked = as_arrays(questions);
  std::vector<Type> types = weight_types;
  for (size_t k : {0, 1}) types.push_back(asked[k].type()), w.push_back(asked[k]);
  const Array y = evaluate(trace(answers, types), w)[0];
  Score score;
  for (size_t q = 0; q < questions.size(); ++q) {
    double weakest_answer = 1, strongest_other = 0;
    for (int person = 0; person < people; ++person) {
      const double activity = y[static_cast<int64_t>(q) * people + person];
      if (std::ranges::count(questions[q].answers, person))
        weakest_answer = std::min(weakest_answer, activity);
      else
        strongest_other = std::max(strongest_other, activity);
    }
    score.right += weakest_answer > 0.5 && strongest_other < 0.5;
    score.first += weakest_answer > strongest_other;
  }
  return score;
}

/// One run: which four questions are held out, and the start, depend on the key alone.
struct Run {
  Score trained, unseen;
  std::vector<Array> w;
};
Run run(const Executable& step, const Recipe& recipe, std::vector<Question> questions, int key) {
  Random random(static_cast<uint64_t>(key));
  for (size_t k = 0; k < held_out; ++k) std::swap(questions[k], questions[k + random.below(questions.size() - k)]);
  const auto unseen = std::span(questions).first(held_out), trained = std::span(questions).subspan(held_out);
  Run run;
  run.w = learn(step, recipe, as_arrays(trained), random);
  run.trained = score(trained, run.w);
  run.unseen = score(unseen, run.w);
  return run;
}

// --- Reports -------------------------------------------------------------------------------------------------------

/// The share of a unit's variance over people that goes with a grouping of them; people of group 0 are left out.
double explained(const Array& w, int64_t unit, int (*group)(int person)) {
  double total = 0, between = 0, count = 0, sum = 0, sums[4] = {}, counts[4] = {};
  for (int person = 0; person < people; ++person) {
    const int g = group(person);
    if (g == 0) continue;
    const double x = w[person * 6 + unit];
    ++count, sum += x, total += x * x;
    ++counts[g], sums[g] += x;
  }
  for (int g = 1; g < 4; ++g)
    if (counts[g] > 0) between += sums[g] * sums[g] / counts[g];
  return (between - sum * sum / count) / (total - sum * sum / count);
}

/// Figure 4 as text: what each of the six units gets from the person asked about, English | Italian.
void print_person_units(const Array& w) {
  std::printf("%-25s", "generation branch");
  for (int unit = 1; unit <= 6; ++unit) std::printf("     unit %d   ", unit);
  for (int role = 0; role < roles; ++role) {
    const Role& r = tree[role];
    std::printf("\n%d %c %-11s %-9s", r.generation, "-12"[r.branch], r.english, r.italian);
    for (int unit = 0; unit < 6; ++unit)
      std::printf(" %5.1f |%5.1f ", w[role * 6 + unit], w[(role + roles) * 6 + unit]);
  }
  const auto line = [&](const char* name, int (*group)(int)) {
    std::printf("\n%-25s", name);
    for (int unit = 0; unit < 6; ++unit) std::printf(" %8.0f %%   ", 100 * explained(w, unit, group));
  };
  std::printf("\nof a unit's variance go with");
  line("  nationality", [](int person) { return 1 + person / roles; });
  line("  generation", [](int person) { return tree[person % roles].generation; });
  line("  branch", [](int person) { return tree[person % roles].branch; });
  std::puts("");
}

void print_table(const Executable& step, const std::vector<Question>& questions, int runs) {
  const size_t known = (questions.size() - held_out) * static_cast<size_t>(runs);
  std::printf("%-30s   of %zu trained   of %zu held out   trained + held out right\n", "", known,
              held_out * static_cast<size_t>(runs));
  std::printf("%-30s     right first       right first   by run\n", "");
  Run best;
  std::string best_name;
  for (const Recipe& recipe : recipes) {
    Score trained, unseen;
    std::string by_run;
    for (int key = 1; key <= runs; ++key) {
      const Run r = run(step, recipe, questions, key);
      trained = {trained.right + r.trained.right, trained.first + r.trained.first};
      unseen = {unseen.right + r.unseen.right, unseen.first + r.unseen.first};
      by_run += " " + std::to_string(r.trained.right) + "+" + std::to_string(r.unseen.right);
      if (r.trained.right + r.unseen.right <= best.trained.right + best.unseen.right) continue;
      best = r;
      best_name = recipe.name + std::string(", key ") + std::to_string(key);
    }
    std::printf("%-30s %9d %5d %11d %5d  %s\n", recipe.name, trained.right, trained.first, unseen.right, unseen.first,
                by_run.c_str());
    std::fflush(stdout);
  }
  if (best.w.empty()) return;
  std::printf("\nthe best run: %s; its weights from people to the first six units:\n", best_name.c_str());
  print_person_units(best.w[0]);
}

/// What is the same on every machine: a difference in the last bit decides when a unit counts as right, and in the end
/// which questions are.
void print_words(const Executable& step, const std::vector<Question>& questions) {
  for (const Recipe& recipe : std::span(recipes).first(3)) {
    const int right = run(step, recipe, questions, 1).trained.right;
    const char* const share = right == 0 ? "none" : right < 70 ? "some" : "most";
    std::printf("%-30s %s of the trained questions right\n", recipe.name, share);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<Question> questions = all_questions();
  size_t facts = 0;
  for (const Question& q : questions) facts += q.answers.size();
  std::printf("%zu facts, %zu questions\n", facts, questions.size());
  if (facts != 112 || questions.size() != 104) return 1;  // RHW86 counts 104

  const Interpreter step(sweep(static_cast<int64_t>(questions.size() - held_out)));
  if (argc == 1)
    print_words(step, questions);
  else if (const int runs = std::atoi(argv[1]); runs > 0)
    print_table(step, questions, runs);
  else {
    std::fprintf(stderr, "usage: 12_family_trees [RUNS], found \"%s\"; give a number of runs, say 10\n", argv[1]);
    return 2;
  }
}
