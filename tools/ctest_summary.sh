# SPDX-License-Identifier: Apache-2.0
#
# Runs ctest and condenses its summary; needs tools/setup.sh.

# What ctest prints, without the lines of tests that began or passed; every 250th of those stays as a sign of life.
without_routine() {
  awk '/^ +Start +[0-9]+: / {next} / Passed +[0-9.]+ sec$/ {if (++passed % 250) next} {print; fflush()}'
}

# more_than_one LOG: how many tests passed beyond the first of each process, of those that run several.
more_than_one() { sed -nE 's/^\[  PASSED  \] ([0-9]+) tests?\.$/\1/p' "$1" | awk '$1 > 1 {more += $1 - 1} END {print more + 0}'; }

# run_tests PRESET [CTEST OPTION...]: the tests of build/PRESET. The last line on stdout is "N passed, N failed"; tests
# that skip themselves (an optional library is missing) count as neither, a process of several that fail as one. Status 1
# if a test failed or none was found.
run_tests() {
  local folder="$root/build/$1" log status=0
  shift
  log="$folder/ctest.log"
  say "testing ${folder#"$root/"}"
  ctest --test-dir "$folder" -j "$(jobs_here)" --output-on-failure --no-tests=error "$@" 2>&1 |
    tee "$log" | without_routine || status=1
  local failed total skipped
  read -r failed total < <(sed -nE 's/^[0-9]+% tests passed, ([0-9]+) tests? failed out of ([0-9]+)$/\1 \2/p' "$log") ||
    { failed=1 total=1 status=1; }
  skipped=$(grep -cE '\*\*\*Skipped' "$log") || true
  ((skipped > 0)) && say "$skipped skipped themselves"
  echo "$((total - failed - skipped + $(more_than_one "$folder/Testing/Temporary/LastTest.log"))) passed, $failed failed"
  return "$status"
}
