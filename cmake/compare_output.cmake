# SPDX-License-Identifier: Apache-2.0
#
# Runs `program` in a folder of its own and fails unless its standard output is the text of the file `expected`.
get_filename_component(name "${program}" NAME)
set(folder "${CMAKE_CURRENT_BINARY_DIR}/${name}.run")
file(MAKE_DIRECTORY "${folder}")
execute_process(COMMAND "${program}" WORKING_DIRECTORY "${folder}" OUTPUT_FILE "${folder}/stdout" RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "${name} ended with status ${status}")
endif()
execute_process(COMMAND "${CMAKE_COMMAND}" -E compare_files "${folder}/stdout" "${expected}" RESULT_VARIABLE differs)
if(differs)
  execute_process(COMMAND diff -u "${expected}" "${folder}/stdout")
  message(FATAL_ERROR "${name} prints something else than ${expected}")
endif()
