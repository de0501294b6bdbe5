# SPDX-License-Identifier: BSD-3-Clause
# Finds libb2 (BLAKE2). Defines LibB2::b2.
find_path(LibB2_INCLUDE_DIR blake2.h)
find_library(LibB2_LIBRARY b2)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibB2
  REQUIRED_VARS LibB2_LIBRARY LibB2_INCLUDE_DIR)
if(LibB2_FOUND AND NOT TARGET LibB2::b2)
  add_library(LibB2::b2 UNKNOWN IMPORTED)
  set_target_properties(LibB2::b2 PROPERTIES
    IMPORTED_LOCATION ${LibB2_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${LibB2_INCLUDE_DIR})
endif()
