# SPDX-License-Identifier: BSD-3-Clause
# Trees of routers.
add_executable(troupe_bench_scale_tree ${CMAKE_CURRENT_LIST_DIR}/scale_tree.cpp)
set_target_properties(troupe_bench_scale_tree PROPERTIES
  OUTPUT_NAME bench_scale_tree)
target_link_libraries(troupe_bench_scale_tree PRIVATE
  troupe_actors troupe_lab troupe_options)
# Behind routers that tell nobody who asks again everybody gets all, too.
if(TROUPE_TESTS)
  add_test(NAME scale.merged
    COMMAND troupe_bench_scale_tree --loss 10 --merge 4 2 8)
  set_tests_properties(scale.merged PROPERTIES TIMEOUT 120)
endif()
