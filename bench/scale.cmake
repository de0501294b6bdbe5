# SPDX-License-Identifier: BSD-3-Clause
# One sharer and up to ten thousand receivers in virtual time.
add_executable(troupe_bench_scale ${CMAKE_CURRENT_LIST_DIR}/scale.cpp)
set_target_properties(troupe_bench_scale PROPERTIES OUTPUT_NAME bench_scale)
target_link_libraries(troupe_bench_scale PRIVATE
  troupe_actors troupe_options)
