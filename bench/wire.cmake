# SPDX-License-Identifier: BSD-3-Clause
# The programs that bench/wire measures with; the target is bench_wire.
find_package(Threads REQUIRED)
foreach(program run_measured blast delay_cable)
  add_executable(troupe_bench_${program}
    ${CMAKE_CURRENT_LIST_DIR}/${program}.cpp)
  set_target_properties(troupe_bench_${program} PROPERTIES
    OUTPUT_NAME bench_${program})
  target_link_libraries(troupe_bench_${program} PRIVATE Threads::Threads)
  target_compile_options(troupe_bench_${program} PRIVATE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion)
endforeach()
add_custom_target(bench_wire DEPENDS
  troupe_bench_run_measured troupe_bench_blast troupe_bench_delay_cable)
