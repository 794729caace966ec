// SPDX-License-Identifier: Apache-2.0
//
// A training whose disk is full ends with an error and its exit code; the snapshot before stays whole, and with space
// again the training goes on from it to the bytes of an undisturbed one.
#include "tool.h"

namespace wengert {
namespace {

using testing::HasSubstr;

std::string table() {
  std::string text = "x,y\n";
  for (int k = 0; k < 40; ++k) text += std::to_string(k) + "," + std::to_string(k * k % 17) + ".5\n";
  return text;
}

std::vector<std::string> training(const Folder& folder, const std::string& out, const std::string& epochs,
                                  bool resume) {
  std::vector<std::string> words{
      "train", folder.path() + "/table.csv", "--net", "1-200 tanh-1", "--engine", "interpreter", "--epochs",
      epochs,  "--snapshot-every",           "1",     "--report",     "none",          "-o",       out};
  if (resume) words.emplace_back("--resume");
  return words;
}

TEST(FullDisk, of_a_snapshot_is_an_error_and_the_one_before_stays) {
  const Folder folder;
  folder.write("table.csv", table());
  const std::string out = folder / "out", snapshot = folder / "out/snapshot.safetensors";
  ASSERT_EQ(run_tool(training(folder, out, "1", false)).code, 0);
  const std::string before = content_of(snapshot);
  const auto files = [&] { return std::distance(std::filesystem::directory_iterator(out), {}); };
  const auto files_before = files();
  const auto limited =
      folder.write("limited.sh", "ulimit -f 8; exec \"$@\"\n");  // 4 KiB a file; what is printed is less
  const auto outcome = run_tool(training(folder, out, "3", true), {}, "sh " + shell_word(limited) + " ");
  EXPECT_EQ(outcome.code, 5) << outcome.out;
  EXPECT_THAT(outcome.err, HasSubstr("W441 resource: cannot write " + snapshot + ": File too large"));
  EXPECT_EQ(content_of(snapshot), before);
  EXPECT_EQ(files(), files_before) << "no half of a file is left over";
}

TEST(FullDisk, with_space_again_goes_on_to_the_same_bytes) {
  const Folder folder;
  folder.write("table.csv", table());
  std::filesystem::create_directory(folder / "disk");
  const auto command = [&](const std::string& epochs, bool resume) {
    std::string text = shell_word(WENGERT_TOOL);
    for (const std::string& word : training(folder, folder / "disk/out", epochs, resume))
      text += " " + shell_word(word);
    return text;
  };
  const std::string disk = shell_word(folder / "disk"),
                    script = folder.write(
                        "script.sh", "mount -t tmpfs -o size=96k tmpfs " + disk + " 2> /dev/null || exit 77\n" +
                                         command("2", false) + " > /dev/null || exit 78\n" + "cat /dev/zero > " + disk +
                                         "/filled 2> /dev/null\n" + command("4", true) + " > /dev/null 2> " +
                                         shell_word(folder / "err") + "\necho $? > " + shell_word(folder / "code") +
                                         "\nrm " + disk + "/filled\n" + command("4", true) +
                                         " > /dev/null || exit 79\n" + "cp " + disk + "/out/weights.safetensors " +
                                         shell_word(folder / "weights") + "\n");
  const int status = std::system(("unshare --mount sh " + shell_word(script) + " 2> /dev/null").c_str());
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  if (code == 77 || !std::filesystem::exists(folder / "code")) GTEST_SKIP() << "a disk of its own needs the superuser";
  ASSERT_EQ(code, 0);
  EXPECT_EQ(content_of(folder / "code"), "5\n");
  EXPECT_THAT(content_of(folder / "err"), HasSubstr("No space left on device"));
  EXPECT_THAT(content_of(folder / "err"), HasSubstr("fix: free some space on the disk of "));
  ASSERT_EQ(run_tool(training(folder, folder / "whole", "4", false)).code, 0);
  EXPECT_EQ(content_of(folder / "weights"), content_of(folder / "whole/weights.safetensors"));
}

}  // namespace
}  // namespace wengert
