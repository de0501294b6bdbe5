# SPDX-License-Identifier: BSD-3-Clause
# What `cmake --install` puts where, beyond the targets of the folders, and the
# Debian packages that `cpack` makes of it: troupe (the command), the library,
# and what is needed to build with it.
include(CMakePackageConfigHelpers)

if(CAF_CONFIG MATCHES "NOTFOUND$")
  set(CAF_CONFIG "")
endif()

set(_config ${CMAKE_INSTALL_LIBDIR}/cmake/troupe)
configure_package_config_file(
  ${PROJECT_SOURCE_DIR}/cmake/troupe-config.cmake.in
  ${PROJECT_BINARY_DIR}/troupe-config.cmake INSTALL_DESTINATION ${_config})
write_basic_package_version_file(
  ${PROJECT_BINARY_DIR}/troupe-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/troupe-config.cmake
              ${PROJECT_BINARY_DIR}/troupe-config-version.cmake
        DESTINATION ${_config} COMPONENT development)

# libblake3 is not part of Debian 12. Where it was found in a place of its own,
# it comes along in a folder of ours, which nobody else looks into.
if(Blake3_FOUND AND TROUPE_BLAKE3_ROOT)
  get_filename_component(_blake3 ${Blake3_LIBRARY} REALPATH)
  if(_blake3 MATCHES "^${TROUPE_BLAKE3_ROOT}")
    install(FILES ${_blake3} RENAME libblake3.so.0
            DESTINATION ${CMAKE_INSTALL_LIBDIR}/troupe COMPONENT library)
    get_filename_component(_blake3_folder ${_blake3} DIRECTORY)
  endif()
endif()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME troupe)
set(CPACK_PACKAGE_VENDOR "The Troupe developers")
set(CPACK_PACKAGE_CONTACT "The Troupe developers <troupe@localhost>")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_COMPONENTS_ALL tool library development actors actors_development)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_ENABLE_COMPONENT_DEPENDS OFF)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${_blake3_folder})
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_TOOL_PACKAGE_NAME troupe)
set(CPACK_DEBIAN_TOOL_PACKAGE_SECTION net)
set(CPACK_DEBIAN_TOOL_DESCRIPTION
  "synchronise files to many hosts over IPv6 multicast
 Makes files and directories on any number of hosts equal to those on one host.
 What several receivers are missing is sent once, and what they have already is
 not sent at all. Speaks the librecast protocol, too.")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME libtroupe-librecast0)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_GENERATE_SHLIBS OFF)
set(CPACK_DEBIAN_LIBRARY_DESCRIPTION
  "librecast C API of Troupe, shared library
 Programs written for librecast run with it unchanged.")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libtroupe-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SHLIBDEPS OFF)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
  "libtroupe-librecast0 (= ${PROJECT_VERSION})")
set(CPACK_DEBIAN_TOOL_PACKAGE_DEPENDS
  "libtroupe-librecast0 (= ${PROJECT_VERSION})")
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION
  "librecast C API of Troupe, development files
 Headers, pkg-config file, CMake package and manual pages.")
set(CPACK_DEBIAN_ACTORS_PACKAGE_NAME libtroupe-actors0)
set(CPACK_DEBIAN_ACTORS_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_ACTORS_PACKAGE_GENERATE_SHLIBS OFF)
# Which brings libblake3.
set(CPACK_DEBIAN_ACTORS_PACKAGE_DEPENDS
  "libtroupe-librecast0 (= ${PROJECT_VERSION})")
set(CPACK_DEBIAN_ACTORS_DESCRIPTION
  "Troupe for programs made of CAF actors, shared library
 Shares and syncs that are spawned like any other actor.")
set(CPACK_DEBIAN_ACTORS_DEVELOPMENT_PACKAGE_NAME libtroupe-actors-dev)
set(CPACK_DEBIAN_ACTORS_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_ACTORS_DEVELOPMENT_PACKAGE_SHLIBDEPS OFF)
set(CPACK_DEBIAN_ACTORS_DEVELOPMENT_PACKAGE_DEPENDS
  "libtroupe-actors0 (= ${PROJECT_VERSION}), libtroupe-dev (= ${PROJECT_VERSION}), libcaf-dev")
set(CPACK_DEBIAN_ACTORS_DEVELOPMENT_DESCRIPTION
  "Troupe for programs made of CAF actors, development files
 Headers and the component `actors` of the CMake package.")
include(CPack)
