# SPDX-License-Identifier: Apache-2.0
#
# Runs ctest and condenses its summary; needs tools/setup.sh.

# What ctest prints, without the lines of tests that began or passed; every 250th of those stays as a sign of life.
without_routine() {
  awk '/^ +Start +[0-9]+: / {next} / Passed +[0-9.]+ sec$/ {if (++passed % 250) next} {print; fflush()}'
}

# run_tests PRESET [CTEST OPTION...]: the tests of build/PRESET. The last line on stdout is "N passed, N failed"; tests
# that skip themselves (an optional library is missing) count as neither. Status 1 if a test failed or none was found.
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
  echo "$((total - failed - skipped)) passed, $failed failed"
  return "$status"
}
