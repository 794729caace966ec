# SPDX-License-Identifier: Apache-2.0
#
# Writes embedded_functions.cpp: the Programs of examples/tasks and examples/functions as texts, so that the tool has
# them wherever it is. Anew whenever one of them changes.
file(GLOB embedded_files RELATIVE "${PROJECT_SOURCE_DIR}/examples" CONFIGURE_DEPENDS
  "${PROJECT_SOURCE_DIR}/examples/tasks/*.wl" "${PROJECT_SOURCE_DIR}/examples/functions/*.wl")
set(entries "")
foreach(file IN LISTS embedded_files)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/examples/${file}")
  get_filename_component(folder "${file}" DIRECTORY)
  get_filename_component(name "${file}" NAME_WE)
  file(READ "${PROJECT_SOURCE_DIR}/examples/${file}" text)
  string(APPEND entries "    {\"${folder}\", \"${name}\", R\"wl(${text})wl\"},\n")
endforeach()
configure_file("${PROJECT_SOURCE_DIR}/cmake/embedded_functions.cpp.in" "${PROJECT_BINARY_DIR}/embedded_functions.cpp" @ONLY)
