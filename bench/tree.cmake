# SPDX-License-Identifier: BSD-3-Clause
# The merkle tree of a file in the page cache, by one and by two threads.
add_executable(troupe_bench_tree ${CMAKE_CURRENT_LIST_DIR}/tree_bench.cpp)
set_target_properties(troupe_bench_tree PROPERTIES OUTPUT_NAME bench_tree)
target_link_libraries(troupe_bench_tree PRIVATE
  troupe_core troupe_options Threads::Threads)
