// SPDX-License-Identifier: Apache-2.0
//
// Trained nets as C: compiled without this library, they say what predict says.
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wengert/base/error.h"
#include "wengert/base/random.h"
#include "wengert/train/c_model.h"
#include "wengert/train/evaluate.h"

namespace wengert {
namespace {

using testing::HasSubstr;

Model model_of(const std::string& text, Encoding encoding) {
  Model model{make_task(parse_net(text).description, encoding.class_count() > 0), {}, std::move(encoding)};
  model.parameters = model.task.net.initial_parameters(3, DType::f32);
  return model;
}

Encoding digits() {
  Encoding encoding;
  encoding.source = Encoding::Source::images, encoding.targets = {{"y", 1}}, encoding.example = {8, 8}, encoding.scale = 1.0 / 255;
  encoding.classes = {"zero", "one \"?\?/", "\xc3\xa9"};
  encoding.means.assign(64, 0.25), encoding.deviations.assign(64, 0.5);
  return encoding;
}

/// A folder with the compiled program; empty where there is no C compiler.
class CProgram {
 public:
  explicit CProgram(const EmittedC& c, const std::string& driver = "") {
    folder_ = testing::TempDir() + "/wengert-c-model-" + std::to_string(getpid());
    std::filesystem::create_directories(folder_);
    std::ofstream(folder_ + "/net.c") << c.source;
    std::ofstream(folder_ + "/net.h") << c.header;
    if (!driver.empty()) std::ofstream(folder_ + "/driver.c") << driver;
    const std::string command = "cd '" + folder_ + "' && cc -std=c99 -O1 -Wall -Wextra -Werror -pedantic *.c -lm -o net";
    made_ = std::system("command -v cc > /dev/null") == 0;
    if (made_) {
      EXPECT_EQ(std::system(command.c_str()), 0);
    }
  }
  ~CProgram() { std::filesystem::remove_all(folder_); }

  bool made() const { return made_; }
  std::pair<int, std::string> run(const std::string& input) const {
    std::ofstream(folder_ + "/in", std::ios::binary) << input;
    const int status = std::system(("cd '" + folder_ + "' && ./net < in > out 2>&1").c_str());
    std::ostringstream text;
    text << std::ifstream(folder_ + "/out").rdbuf();
    return {WEXITSTATUS(status), text.str()};
  }

 private:
  std::string folder_;
  bool made_ = false;
};

std::string pixels(const Array& raw) {
  std::string text;
  for (int64_t k = 0; k < raw.elements(); ++k) text += std::to_string(static_cast<int>(raw[k])) + (k % 8 == 7 ? "\n" : " ");
  return text;
}

TEST(CModel, reads_digits_as_predict_does) {
  const Model model = model_of("8x8x1 - conv 4 3 pad=1 - batch_norm relu - max_pool 2 - flatten - 6 gelu - 3 softmax", digits());
  const EmittedC c = emit_c_model(model, {.name = "digit", .main = true});
  const CProgram program(c);
  if (!program.made()) GTEST_SKIP() << "no C compiler here";
  Random random(5);
  Array raw(f64({64})), x(f32({1, 64}));
  std::string pgm = "P5 # an image\n8 8\n255\n";
  for (size_t k = 0; k < 64; ++k) {
    const double pixel = std::floor(random.uniform(0, 256));
    raw.mutable_values<double>()[k] = pixel;
    x.mutable_values<float>()[k] = static_cast<float>((pixel / 255 - 0.25) / 0.5);
    pgm += static_cast<char>(static_cast<unsigned char>(pixel));
  }
  const Predictions said = predict(model.task, model.parameters, x);
  for (const std::string& input : {pgm, "P2 8 8 255\n" + pixels(raw), pixels(raw)}) {
    const auto [status, out] = program.run(input);
    EXPECT_EQ(status, 0);
    const std::string name = model.encoding.classes[static_cast<size_t>(said.classes[0])];
    ASSERT_EQ(out.substr(0, name.size() + 1), name + " ") << out;
    EXPECT_NEAR(std::stod(out.substr(name.size())), said.values[said.classes[0]], 2e-6);
  }
  EXPECT_EQ(program.run("1 2 3"), std::pair(1, std::string("the last example has too few numbers\n")));
  EXPECT_EQ(program.run("P5 7 8 255\n").second, "the image has another size than the net's\n");
  EXPECT_EQ(program.run("P5 8 8 255\nabc").second, "the image ends early\n");
  EXPECT_THAT(program.run("seven").second, HasSubstr("neither numbers nor a PGM image"));
}

TEST(CModel, has_a_header_for_callers_and_values_in_the_units_of_the_data) {
  const Model model = model_of("2 - 5 tanh - 1", {.inputs = {{"width", 1}, {"height", 2}},
                                                  .targets = {{"price", 3, 100, 20}},
                                                  .classes = {},
                                                  .example = {2},
                                                  .means = {1, 2},
                                                  .deviations = {2, 4}});
  const CProgram program(emit_c_model(model, {.name = "price"}),
                         "#include <stdio.h>\n#include \"net.h\"\nint main(void) {\n  const float x[2] = {3, -6};\n  float y;\n  price(x, &y);\n"
                         "  printf(\"%s %.9g\\n\", price_features[1], (double)y);\n  return 0;\n}\n");
  if (!program.made()) GTEST_SKIP() << "no C compiler here";
  const Array y = model.encoding.decoded_targets(predict(model.task, model.parameters, Array({1, 2}, {1, -2}).as(DType::f32)).values);
  const auto out = program.run("").second;
  ASSERT_EQ(out.substr(0, 7), "height ");
  EXPECT_NEAR(std::stod(out.substr(7)), y[0], 1e-4);
}

TEST(CModel, of_every_kind_of_layer_is_emitted) {
  for (const LayerKind& kind : layer_kinds())
    EXPECT_GT(emit_c_model(model_of(std::string(kind.example), {})).source.size(), 1000u) << kind.choice.name;
}

TEST(CModel, refuses_a_program_for_sequences) {
  try {
    emit_c_model(model_of("5 tokens - embedding 4 3 - lstm 6 - 4 softmax", {}), {.main = true});
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_EQ(error.id(), "W849");
  }
}

}  // namespace
}  // namespace wengert
