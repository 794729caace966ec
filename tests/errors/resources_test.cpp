// SPDX-License-Identifier: Apache-2.0
//
// W3xx and W4xx: values outside a domain, and limits of memory, lists and files.
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <fmt/format.h>

#include "documented.h"
#include "wengert/ad/accumulate.h"
#include "wengert/ad/derivatives.h"
#include "wengert/ad/linearize.h"
#include "wengert/ad/sparsity.h"
#include "wengert/exec/interpreter.h"
#include "wengert/io/file.h"
#include "wengert/ir/registry.h"
#include "wengert/passes/scalarize.h"
#include "wengert/plan/elimination_order.h"
#include "wengert/plan/elimination_plan.h"
#include "wengert/primitives/foreign.h"
#include "wengert/primitives/primitives.h"
#include "wengert/trace/record.h"
#include "wengert/trace/trace.h"
#include "wengert/train/digits.h"

namespace wengert {
namespace {

using testing::AnyOf;

TEST(DomainErrors, W301_the_first_nan) {
  const Program p = trace([](Expr x) { return sqrt(log(x)); }, {f64()}, "f", {"x"});
  const std::vector<Array> x{Array(0.5)};
  const Error error = error_of([&] { evaluate(p, x, {.trap_nan = true}); });
  EXPECT_EQ(error.problem(), "sqrt makes a NaN out of (-0.6931471805599453)");
  EXPECT_THAT(error.where(), HasSubstr("%2 = sqrt %1 in program \"f\""));
}

TEST(DomainErrors, W301_in_a_derivative_names_the_line_it_comes_from) {
  const Program p = trace([](Expr x) { return sqrt(x * x); }, {f64()}, "f", {"x"});
  const std::string line = "resources_test.cpp:" + std::to_string(__LINE__ - 1);
  const std::vector<Array> x{Array(0.0)};
  const Program derivatives[] = {grad(p),
                                 vjp(p),
                                 jvp(p),
                                 hessian(p),
                                 jacobian(p, {}, JacobianMode::forward),
                                 accumulate(p, markowitz_order(linearize(p).graph)).program};
  for (const Program& derivative : derivatives) {
    std::vector<Array> inputs = x;
    if (derivative.inputs() == 2) inputs.push_back(Array(1.0));
    const Error error = error_of([&] { evaluate(derivative, inputs, {.trap_nan = true}); });
    EXPECT_EQ(error.id(), "W301") << derivative.name();
    EXPECT_THAT(error.where(), HasSubstr(line)) << derivative.name();
    EXPECT_THAT(error.where(),
                AnyOf(HasSubstr("the derivative of sqrt at %2"), HasSubstr("the derivative of mul at %1")))
        << derivative.name();
  }
}

TEST(ResourceErrors, W401_an_array_beyond_memory) {
  documented("W401", [] { Array(f64({int64_t{1} << 24, int64_t{1} << 24})); });
}

// The registry never forgets a record, so it is filled in a process that ends.
void fill_the_registry() {
  std::deque<std::string> names;
  std::deque<Foreign> records;
  const auto like = [](const Signature& s) { return std::vector{s.operands[0]}; };
  const Error error = error_of([&] {
    for (;;) records.emplace_back(names.emplace_back(fmt::format("record{}", names.size())), 1, like, nullptr);
  });
  std::fprintf(stderr, "%s\n", error.what());
  std::_Exit(primitives().size() == 4096 ? 0 : 1);
}

TEST(ResourceErrorsDeathTest, W402_more_records_than_the_registry_holds) {
  EXPECT_EXIT(fill_the_registry(), testing::ExitedWithCode(0),
              "^W402 resource: the registry holds at most 4096 primitives\n");
  EXPECT_THAT(errors_section("W402"), HasSubstr("W402 resource: the registry holds at most 4096 primitives\n"));
}

TEST(ResourceErrors, W403_more_types_than_a_program_holds) {
  documented("W403", [] {
    ProgramBuilder builder("f");
    for (int64_t n = 0;; ++n) builder.input(f64({n}));
  });
}

TEST(ResourceErrors, W404_too_many_orders_to_enumerate) {
  const auto chain = [](int64_t length) {
    return [length](Expr x) {
      for (int64_t k = 0; k < length; ++k) x = sin(x);
      return x;
    };
  };
  documented("W404", [&] { enumerated_order(linearize(trace(chain(18), {f64()})).graph); });
  EXPECT_EQ(error_of([&] { enumerated_order(linearize(trace(chain(5), {f64()})).graph); }).id(), "none");
}

TEST(ResourceErrors, W405_a_graph_too_large_to_plan) {
  const LinearGraph graph = linearize(trace(
                                          [](Expr x) {
                                            for (int k = 0; k < 2998; ++k) x = sin(x);
                                            return x;
                                          },
                                          {f64()}))
                                .graph;
  documented("W405", [&] { plan_elimination(graph); });
}

TEST(ResourceErrors, W408_a_recording_without_end) {
  const auto endless = [](std::vector<Real>& x) {
    for (;;) x[0] = x[0] + 1;
    return x[0];
  };
  documented("W408", [&] { record_list(endless, std::vector<double>{1}, "loop", 10'000); });
}

TEST(ResourceErrors, W430_more_digits_than_memory) {
  documented("W430", [] { generate_digits(int64_t{1} << 60, 1, DigitOptions::training()); });
}

TEST(ResourceErrors, W442_a_file_over_the_limit) {
  const std::string path = testing::TempDir() + "/wengert-errors-W442";
  write_file_atomically(path, Bytes(100));
  const Error error = error_of([&] { read_file(path, 10); });
  std::remove(path.c_str());
  EXPECT_EQ(error.id(), "W442");
  EXPECT_EQ(error.problem(), path + " has 100 bytes; the limit is 10");
  EXPECT_THAT(errors_section("W442"), HasSubstr("\n  fix: " + error.fix() + "\n"));
}

TEST(ResourceErrors, W450_more_lines_than_the_limit) {
  const Program p = trace([](Expr a, Expr b) { return matmul(a, b); }, {f64({20, 20}), f64({20, 20})}, "product");
  const Error error = documented("W450", [&] { scalarize(p, 1000); });
  EXPECT_EQ(error.kind(), ErrorKind::resource);
}

TEST(ResourceErrors, W734_a_pattern_that_takes_too_long) {
  const Program p = trace([](Expr a, Expr b) { return matmul(a, b); }, {f64({20, 20}), f64({20, 20})}, "product");
  const Error error = documented("W734", [&] { jacobian_sparsity(p, {}, 1000); });
  EXPECT_EQ(error.kind(), ErrorKind::resource);
}

}  // namespace
}  // namespace wengert
