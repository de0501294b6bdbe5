# SPDX-License-Identifier: BSD-3-Clause
# The flags of our own targets, and the two functions that make them.

add_library(troupe_options INTERFACE)
target_compile_options(troupe_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow
  $<$<COMPILE_LANGUAGE:CXX>:-Wconversion>
  $<$<COMPILE_LANGUAGE:CXX>:-Wno-sign-conversion>
  $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor>
  # gcc 12 sees overlaps and sizes in "a" + std::string that are not there
  # (bug 105651)
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
  $<$<CXX_COMPILER_ID:GNU>:-Wno-stringop-overflow>
  $<$<BOOL:${TROUPE_WERROR}>:-Werror>)
target_include_directories(troupe_options INTERFACE ${PROJECT_SOURCE_DIR})

# troupe_add_library(NAME SOURCES... [DEPENDS targets...] [SYSTEM targets...])
# One static library per folder. SYSTEM targets' headers give no warnings.
function(troupe_add_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;SYSTEM" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC ${ARG_DEPENDS} ${ARG_SYSTEM}
                        PRIVATE troupe_options)
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
  foreach(dep IN LISTS ARG_SYSTEM)
    target_include_directories(${name} SYSTEM PUBLIC
      $<TARGET_PROPERTY:${dep},INTERFACE_INCLUDE_DIRECTORIES>)
  endforeach()
endfunction()

# troupe_add_test(NAME SOURCES... [DEPENDS ...] [TIMEOUT s] [LABELS ...])
# One Catch2 program and one ctest entry with a deadline.
function(troupe_add_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;DEPENDS;LABELS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_DEPENDS} troupe_test_main
                        troupe_options)
  target_compile_definitions(${name} PRIVATE
    TROUPE_TEST_DATA="${PROJECT_SOURCE_DIR}/tests/data")
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT}
                       LABELS "${ARG_LABELS}")
endfunction()
