# SPDX-License-Identifier: BSD-3-Clause
# The codec against the clock, and against lcrq where it is found.
add_executable(troupe_bench_raptorq ${CMAKE_CURRENT_LIST_DIR}/raptorq_bench.cpp)
set_target_properties(troupe_bench_raptorq PROPERTIES OUTPUT_NAME bench_raptorq)
target_link_libraries(troupe_bench_raptorq PRIVATE
  troupe::raptorq ${CMAKE_DL_LIBS})
target_include_directories(troupe_bench_raptorq PRIVATE
  ${CMAKE_CURRENT_LIST_DIR}/..)
target_compile_options(troupe_bench_raptorq PRIVATE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion)
target_compile_definitions(troupe_bench_raptorq PRIVATE
  TROUPE_PEER_DEFAULT="${PROJECT_SOURCE_DIR}/build/peer")
