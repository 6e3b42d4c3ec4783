# What find_package(Weft) gives to whoever writes a plugin or embeds Weft:
#
#   cmake_minimum_required(VERSION 3.25)
#   project(tape C)
#   find_package(Weft 0.1 REQUIRED)
#   weft_add_plugin(tape SOURCES plugin.c)        # with its manifest tape.json beside this file
#
#   cmake -B build -DCMAKE_PREFIX_PATH=PREFIX && cmake --build build
#   weft plugins --plugin-dir build
#
#   weft_add_plugin()  a plugin of the right shape: WeftAddPlugin.cmake beside this file
#   Weft::sdk          the C headers, <weft/plugin.h> and the others: every plugin has them
#   Weft::sdk_cpp      the C++ layer over them, <weft/cpp/backend.hpp>: LIBS Weft::sdk_cpp
#   Weft::weft         libweft, <weft/weft.h>, for programs that embed Weft
#   Weft_PLUGIN_DIR    where this Weft's own plugins are
#   Weft_EXECUTABLE    its command line, for tests

# Found below a link to the prefix's lib (/lib is one on Debian), everything is still beside the real
# one.
get_filename_component(_weft_here ${CMAKE_CURRENT_LIST_DIR} REALPATH)
include(${_weft_here}/WeftTargets.cmake)
include(${_weft_here}/WeftAddPlugin.cmake)
get_filename_component(_weft_prefix ${_weft_here}/../../.. ABSOLUTE)
set(Weft_PLUGIN_DIR ${_weft_prefix}/lib/weft)
set(Weft_EXECUTABLE ${_weft_prefix}/bin/weft)
unset(_weft_here)
unset(_weft_prefix)
