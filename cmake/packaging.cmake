# SPDX-License-Identifier: Apache-2.0
#
# What `cmake --install` leaves: the library, its headers under include/wengert, the components in a private
# folder, the package files for find_package and pkg-config, the tool with its man page and shell completions.
include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/wengert")
set(export_dir "${PROJECT_BINARY_DIR}/package")

# A program that holds the archive is anywhere, so its run path says where the components are; a shared library knows.
get_target_property(library_type wengert TYPE)
set(run_path "")
set(components "")
foreach(component wengert_llvm wengert_mpi)
  if(TARGET ${component})
    install(TARGETS ${component} LIBRARY DESTINATION "${private_dir}")
    list(APPEND components ${component})
  endif()
endforeach()
if(components AND library_type STREQUAL "STATIC_LIBRARY")
  target_link_options(wengert INTERFACE "$<INSTALL_INTERFACE:LINKER:-rpath,$<INSTALL_PREFIX>/${private_dir}>")
  set(run_path " -Wl,-rpath,\${libdir}/wengert")
endif()

install(TARGETS wengert EXPORT wengert-targets)
install(EXPORT wengert-targets NAMESPACE wengert:: DESTINATION "${package_dir}")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/wengert" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
  FILES_MATCHING PATTERN "*.h" PATTERN "cli" EXCLUDE
  REGEX "exec/llvm/(emitter|vector_functions)\\.h$" EXCLUDE)  # they need LLVM

configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/wengert-config.cmake.in"
  "${export_dir}/wengert-config.cmake" INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file("${export_dir}/wengert-config-version.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${export_dir}/wengert-config.cmake" "${export_dir}/wengert-config-version.cmake"
  DESTINATION "${package_dir}")

# A static archive hands its own needs on to whoever links it; a shared library keeps them to itself.
if(library_type STREQUAL "STATIC_LIBRARY")
  set(pkgconfig_requires "fmt zlib libpng")
  set(pkgconfig_libs "-lwengert -ldl -pthread${run_path}")
else()
  set(pkgconfig_requires "fmt")
  set(pkgconfig_libs "-lwengert -pthread")
endif()
file(RELATIVE_PATH pkgconfig_up "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
configure_file("${PROJECT_SOURCE_DIR}/cmake/wengert.pc.in" "${export_dir}/wengert.pc" @ONLY)
install(FILES "${export_dir}/wengert.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")

if(TARGET wengert-cli)
  install(TARGETS wengert-cli)
  foreach(pair "man/wengert.1=${CMAKE_INSTALL_MANDIR}/man1"
               "completions/wengert.bash=${CMAKE_INSTALL_DATADIR}/bash-completion/completions"
               "completions/_wengert=${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions"
               "completions/wengert.fish=${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d")
    string(REPLACE "=" ";" pair "${pair}")
    list(GET pair 0 from)
    list(GET pair 1 to)
    if(EXISTS "${PROJECT_SOURCE_DIR}/${from}")
      get_filename_component(name "${from}" NAME)
      string(REGEX REPLACE "\\.bash$" "" name "${name}")
      install(FILES "${PROJECT_SOURCE_DIR}/${from}" DESTINATION "${to}" RENAME "${name}")
    endif()
  endforeach()
endif()
