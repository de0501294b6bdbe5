# SPDX-License-Identifier: BSD-3-Clause
# Many hashes at once against one by one, by every kernel the processor has.
add_executable(troupe_bench_hash ${CMAKE_CURRENT_LIST_DIR}/hash_bench.cpp)
set_target_properties(troupe_bench_hash PROPERTIES OUTPUT_NAME bench_hash)
target_link_libraries(troupe_bench_hash PRIVATE troupe_core troupe_options)
