# SPDX-License-Identifier: BSD-3-Clause
# The flags of our own targets, and the two functions that make them.

add_library(troupe_options INTERFACE)
target_compile_options(troupe_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow
  $<$<COMPILE_LANGUAGE:CXX>:-Wconversion>
  $<$<COMPILE_LANGUAGE:CXX>:-Wno-sign-conversion>
  $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor>
  # gcc 12 sees overlaps, sizes and bounds in "a" + std::string that are not
  # there (bug 105651)
  $<$<CXX_COMPILER_ID:GNU>:-Wno-array-bounds>
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
  $<$<CXX_COMPILER_ID:GNU>:-Wno-stringop-overflow>
  $<$<BOOL:${TROUPE_WERROR}>:-Werror>)
target_include_directories(troupe_options INTERFACE ${PROJECT_SOURCE_DIR})

# What nearly every source takes in, parsed once for a target. Sources include
# what they use all the same; the layering tests compile headers without it.
set(TROUPE_PRECOMPILED <algorithm> <array> <atomic> <chrono> <cstring> <deque>
    <filesystem> <functional> <map> <memory> <mutex> <optional> <set> <span>
    <string> <string_view> <thread> <unordered_map> <variant> <vector>)

# In builds with sanitizers, what is above the actors is not worth optimising:
# compiling it takes twice as long then. Not so for fuzzers: they run long. To be
# called in the folder's file.
macro(troupe_compile_quickly)
  if(CMAKE_CXX_FLAGS MATCHES "-fsanitize" AND NOT TROUPE_FUZZ)
    add_compile_options(-O0)
    set(TROUPE_PRECOMPILED_BY troupe_precompiled_quickly)
    if(NOT TARGET troupe_precompiled_quickly)
      file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/precompiled_quickly.cpp
           CONTENT "// only here to make precompiled headers\n")
      add_library(troupe_precompiled_quickly STATIC
        ${PROJECT_BINARY_DIR}/precompiled_quickly.cpp)
      target_link_libraries(troupe_precompiled_quickly PRIVATE troupe_options)
      target_precompile_headers(troupe_precompiled_quickly
        PRIVATE ${TROUPE_PRECOMPILED})
    endif()
  endif()
endmacro()
set(TROUPE_PRECOMPILED_BY troupe_core)

# troupe_add_library(NAME SOURCES... [DEPENDS targets...] [SYSTEM targets...]
#                    [PRECOMPILE_APART])
# One static library per folder; PRECOMPILE_APART: it has precompiled headers of
# its own. SYSTEM targets' headers give no warnings.
function(troupe_add_library name)
  cmake_parse_arguments(ARG "PRECOMPILE_APART" "" "SOURCES;DEPENDS;SYSTEM"
                        ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC ${ARG_DEPENDS} ${ARG_SYSTEM}
                        PRIVATE troupe_options)
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
  foreach(dep IN LISTS ARG_SYSTEM)
    target_include_directories(${name} SYSTEM PUBLIC
      $<TARGET_PROPERTY:${dep},INTERFACE_INCLUDE_DIRECTORIES>)
  endforeach()
  list(LENGTH ARG_SOURCES _count)
  if(name STREQUAL troupe_core)
    target_precompile_headers(${name} PRIVATE ${TROUPE_PRECOMPILED})
  elseif(_count GREATER 3 AND NOT ARG_PRECOMPILE_APART)
    target_precompile_headers(${name} REUSE_FROM ${TROUPE_PRECOMPILED_BY})
  endif()
endfunction()

# troupe_add_test(NAME SOURCES... [DEPENDS ...] [TIMEOUT s] [LABELS ...]
#                 [PRECOMPILE_APART])
# One Catch2 program and one ctest entry with a deadline.
function(troupe_add_test name)
  cmake_parse_arguments(ARG "PRECOMPILE_APART" "TIMEOUT" "SOURCES;DEPENDS;LABELS"
                        ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_DEPENDS} troupe_test_main
                        troupe_options)
  target_compile_definitions(${name} PRIVATE
    TROUPE_TEST_DATA="${PROJECT_SOURCE_DIR}/tests/data")
  list(LENGTH ARG_SOURCES _count)
  if(_count GREATER 3 AND NOT ARG_PRECOMPILE_APART) # below that it costs more than it saves
    target_precompile_headers(${name} PRIVATE
      "${PROJECT_SOURCE_DIR}/tests/support/catch.hpp" ${TROUPE_PRECOMPILED})
  endif()
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT}
                       LABELS "${ARG_LABELS}")
endfunction()
