# SPDX-License-Identifier: BSD-3-Clause
# Finds libblake3, the hash that librecast hosts speak. Optional: without it
# only BLAKE2b shares can be made and synced. Defines Blake3::blake3.
find_path(Blake3_INCLUDE_DIR blake3.h
  HINTS ${TROUPE_BLAKE3_ROOT}/include)
find_library(Blake3_LIBRARY blake3
  HINTS ${TROUPE_BLAKE3_ROOT}/lib
        ${TROUPE_BLAKE3_ROOT}/lib/${CMAKE_CXX_LIBRARY_ARCHITECTURE}
        ${TROUPE_BLAKE3_ROOT}/lib/x86_64-linux-gnu
        ${TROUPE_BLAKE3_ROOT}/lib/aarch64-linux-gnu)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Blake3
  REQUIRED_VARS Blake3_LIBRARY Blake3_INCLUDE_DIR)
if(Blake3_FOUND AND NOT TARGET Blake3::blake3)
  add_library(Blake3::blake3 SHARED IMPORTED)
  set_target_properties(Blake3::blake3 PROPERTIES
    IMPORTED_LOCATION ${Blake3_LIBRARY}
    IMPORTED_SONAME libblake3.so.0
    INTERFACE_INCLUDE_DIRECTORIES ${Blake3_INCLUDE_DIR})
endif()
