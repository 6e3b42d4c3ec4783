# What `cmake --install` leaves in a prefix, which may be moved: every path is found from another one
# of it. Two components, two packages: weft to use, weft-dev to build plugins and to embed.
#
#   bin/weft                   lib/weft/*.so, *.json    plugins
#   include/weft/              the SDK                  lib/libweft.so
#   lib/cmake/Weft/            find_package(Weft)       lib/pkgconfig/     weft-sdk, weft
#   share/                     manual page, completions, doc/weft: pages and examples
#
# Plugins install themselves: weft_add_plugin.
include(CMakePackageConfigHelpers)

install(TARGETS weft)
install(FILES docs/weft.1 DESTINATION share/man/man1)
install(FILES completions/weft.bash DESTINATION share/bash-completion/completions RENAME weft)
install(FILES completions/_weft DESTINATION share/zsh/site-functions)
install(FILES completions/weft.fish DESTINATION share/fish/vendor_completions.d)

# The licence as Debian wants to read it: indented, a dot for an empty line.
file(READ LICENSE WEFT_LICENSE)
string(FIND "${WEFT_LICENSE}" "Permission is" start)
string(SUBSTRING "${WEFT_LICENSE}" ${start} -1 WEFT_LICENSE)
string(STRIP "${WEFT_LICENSE}" WEFT_LICENSE)
string(REPLACE "\n\n" "\n.\n" WEFT_LICENSE "${WEFT_LICENSE}")
string(REPLACE "\n" "\n " WEFT_LICENSE " ${WEFT_LICENSE}")
set(copyright ${PROJECT_BINARY_DIR}/sdk/copyright)
configure_file(cmake/copyright.in ${copyright} @ONLY)
install(FILES ${copyright} DESTINATION share/doc/weft)

# --- The SDK --------------------------------------------------------------------------------------

install(DIRECTORY sdk/include/ sdk/cpp/include/ DESTINATION include COMPONENT weft-dev)
install(TARGETS weft_sdk weft_sdk_cpp weft_embed EXPORT WeftTargets
    LIBRARY DESTINATION lib NAMELINK_COMPONENT weft-dev
    INCLUDES DESTINATION include)
install(EXPORT WeftTargets NAMESPACE Weft:: DESTINATION lib/cmake/Weft COMPONENT weft-dev)

write_basic_package_version_file(${PROJECT_BINARY_DIR}/sdk/WeftConfigVersion.cmake
    COMPATIBILITY SameMajorVersion)
install(FILES cmake/WeftConfig.cmake cmake/WeftAddPlugin.cmake cmake/plugin.map
    ${PROJECT_BINARY_DIR}/sdk/WeftConfigVersion.cmake
    DESTINATION lib/cmake/Weft COMPONENT weft-dev)

foreach(name weft-sdk weft)
    configure_file(cmake/${name}.pc.in ${PROJECT_BINARY_DIR}/sdk/${name}.pc @ONLY)
    install(FILES ${PROJECT_BINARY_DIR}/sdk/${name}.pc DESTINATION lib/pkgconfig COMPONENT weft-dev)
endforeach()

# Pages, examples and headers stand to each other as they do here, so that links between them hold.
set(docs share/doc/weft)
install(DIRECTORY docs examples DESTINATION ${docs} PATTERN sdk EXCLUDE PATTERN plugins EXCLUDE
    PATTERN embedding EXCLUDE PATTERN render EXCLUDE PATTERN weft.1 EXCLUDE)
# One page of the SDK is for users: `weft explain` names it.
install(FILES docs/sdk/why-copied.md DESTINATION ${docs}/docs/sdk)
install(DIRECTORY docs/sdk DESTINATION ${docs}/docs COMPONENT weft-dev
    PATTERN why-copied.md EXCLUDE)
# What was built there stays out, and the one link leads out of what is installed.
install(DIRECTORY examples/plugins examples/embedding DESTINATION ${docs}/examples
    COMPONENT weft-dev USE_SOURCE_PERMISSIONS
    REGEX "/examples/(plugins/[^/]+|embedding)/(build|target|Cargo.lock)$" EXCLUDE
    PATTERN abi.rs EXCLUDE)
install(FILES sdk/templates/rust/src/abi.rs DESTINATION ${docs}/examples/plugins/tide/src
    COMPONENT weft-dev)
install(FILES sdk/abi/history.def DESTINATION ${docs}/sdk/abi COMPONENT weft-dev)
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/sdk/link)
file(CREATE_LINK ../../../../include ${PROJECT_BINARY_DIR}/sdk/link/include SYMBOLIC)
install(FILES ${PROJECT_BINARY_DIR}/sdk/link/include DESTINATION ${docs}/sdk COMPONENT weft-dev)
# Plugins that fail the validator, to read and to build, and the evaluator that they are made with.
install(DIRECTORY sdk/broken sdk/eval DESTINATION share/weft COMPONENT weft-dev
    PATTERN CMakeLists.txt EXCLUDE)
install(FILES ${copyright} DESTINATION share/doc/weft-dev COMPONENT weft-dev)

# --- Debian packages: scripts/package -------------------------------------------------------------

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME weft)
set(CPACK_PACKAGE_VENDOR "The Weft authors")
set(CPACK_PACKAGE_CONTACT "The Weft authors")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL weft weft-dev)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)

set(CPACK_DEBIAN_WEFT_PACKAGE_NAME weft)
set(CPACK_DEBIAN_WEFT_PACKAGE_SECTION graphics)
set(CPACK_DEBIAN_WEFT_DESCRIPTION
    "pictures, sounds and control signals as functions of coordinates
A language and its host: programs run live, in a window and on speakers, or are
rendered to files, by whichever back ends a machine has.")
# What is linked is found in the binaries; what a plugin opens at run time it says itself.
set(CPACK_DEBIAN_WEFT_PACKAGE_SHLIBDEPS ON)
get_property(recommended GLOBAL PROPERTY WEFT_RECOMMENDS)
list(REMOVE_DUPLICATES recommended)
list(SORT recommended)
list(JOIN recommended ", " CPACK_DEBIAN_WEFT_PACKAGE_RECOMMENDS)

set(CPACK_DEBIAN_WEFT-DEV_PACKAGE_NAME weft-dev)
set(CPACK_DEBIAN_WEFT-DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_WEFT-DEV_DESCRIPTION
    "back ends for Weft, and Weft inside other programs
The headers, what CMake and pkg-config must know, and the book for authors.")
# Its tools link nothing that weft does not.
set(CPACK_DEBIAN_WEFT-DEV_PACKAGE_DEPENDS "weft (= ${PROJECT_VERSION})")
include(CPack)
