# SPDX-License-Identifier: Apache-2.0
#
# How a sanitized build compiles the library: without optimisation it takes half the time, for our own products and
# convolutions a sixth, and the tests spend theirs elsewhere than in these.
set(cold_sources ${sources})
list(FILTER cold_sources EXCLUDE REGEX "^wengert/(base|kernel|ir|trace|primitives|ad|passes|exec|plan)/")
foreach(processor avx2 portable)
  list(APPEND cold_sources wengert/exec/convolve_${processor}.cpp wengert/exec/matmul_${processor}.cpp)
endforeach()
set(hot_sources ${sources})
list(REMOVE_ITEM hot_sources ${cold_sources})

add_library(wengert_cold OBJECT ${cold_sources})
target_compile_features(wengert_cold PRIVATE cxx_std_20)
target_include_directories(wengert_cold PRIVATE "${PROJECT_SOURCE_DIR}")
target_link_libraries(wengert_cold PRIVATE fmt::fmt Threads::Threads ZLIB::ZLIB PNG::PNG nlohmann_json::nlohmann_json)
target_compile_options(wengert_cold PRIVATE -O0)
set_target_properties(wengert PROPERTIES SOURCES "${hot_sources}")
target_sources(wengert PRIVATE $<TARGET_OBJECTS:wengert_cold>)
target_compile_options(wengert PRIVATE -O1)
if(WENGERT_FUZZ)
  target_compile_options(wengert_cold PRIVATE -fsanitize=fuzzer-no-link)
endif()

# CI makes its builds anew, so it reads the headers of others once. It does so nowhere else, nor in a build without
# sanitizers: a file that forgets a header has to fail.
if(DEFINED ENV{CI})
  set(common_headers <fmt/format.h> <algorithm> <cmath> <functional> <map> <memory> <mutex> <optional> <set> <span> <sstream>
    <string> <variant> <vector>)
  target_precompile_headers(wengert PRIVATE ${common_headers})
  target_precompile_headers(wengert_cold PRIVATE ${common_headers})
endif()
