# The shape of a plugin, for those of this tree and for everybody who finds Weft by find_package.
#
#   weft_add_plugin(NAME SOURCES FILE... [MANIFEST FILE] [LIBS LIBRARY...]
#                   [TARGET TARGET] [DIRECTORY DIRECTORY] [ALLOW_UNDEFINED])
#
# makes the library NAME.so, which exports weft_plugin_entry and nothing else, and puts its manifest
# beside it as NAME.json. `cmake --install` brings both into PREFIX/lib/weft, where the `weft` of that
# prefix finds them.
#   MANIFEST         NAME.json beside the caller's CMakeLists.txt unless said
#   LIBS             what it links besides the SDK: Weft::sdk_cpp for C++, its own libraries
#   TARGET           the target's name, NAME unless said
#   DIRECTORY        where it is built, the current binary directory unless said: what
#                    `weft plugins --plugin-dir DIRECTORY` is given
#   ALLOW_UNDEFINED  symbols that nobody has are an error when it is opened, not when it is linked:
#                    for sanitizers, which leave symbols to the program
include_guard(GLOBAL)

function(weft_add_plugin name)
    cmake_parse_arguments(PARSE_ARGV 1 arg
        "ALLOW_UNDEFINED" "MANIFEST;TARGET;DIRECTORY" "SOURCES;LIBS")
    if(arg_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "weft_add_plugin(${name}): unknown: ${arg_UNPARSED_ARGUMENTS}")
    endif()
    if(NOT arg_SOURCES)
        message(FATAL_ERROR "weft_add_plugin(${name}): no SOURCES")
    endif()
    if(name MATCHES "^lib")
        message(FATAL_ERROR "weft_add_plugin(${name}): lib*.so are libraries that plugins bring "
            "along: weft does not open them as plugins")
    endif()
    if(NOT arg_TARGET)
        set(arg_TARGET ${name})
    endif()
    if(NOT arg_DIRECTORY)
        set(arg_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
    endif()
    if(NOT arg_MANIFEST)
        set(arg_MANIFEST ${name}.json)
    endif()
    cmake_path(ABSOLUTE_PATH arg_MANIFEST)
    if(NOT EXISTS ${arg_MANIFEST})
        message(FATAL_ERROR "weft_add_plugin(${name}): there is no manifest ${arg_MANIFEST}")
    endif()

    set(map ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/plugin.map)
    add_library(${arg_TARGET} MODULE ${arg_SOURCES})
    set_target_properties(${arg_TARGET} PROPERTIES
        PREFIX "" SUFFIX .so OUTPUT_NAME ${name} LIBRARY_OUTPUT_DIRECTORY ${arg_DIRECTORY}
        POSITION_INDEPENDENT_CODE ON LINK_DEPENDS ${map}
        C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
    target_link_libraries(${arg_TARGET} PRIVATE Weft::sdk ${arg_LIBS})
    # Two plugins must not see each other's libraries, nor their own symbols from a static archive.
    target_link_options(${arg_TARGET} PRIVATE -Wl,--as-needed -Wl,--version-script=${map})
    if(NOT arg_ALLOW_UNDEFINED)
        target_link_options(${arg_TARGET} PRIVATE -Wl,-z,defs)
    endif()

    set(copy ${arg_DIRECTORY}/${name}.json)
    add_custom_command(OUTPUT ${copy}
        COMMAND ${CMAKE_COMMAND} -E make_directory ${arg_DIRECTORY}
        COMMAND ${CMAKE_COMMAND} -E copy ${arg_MANIFEST} ${copy}
        DEPENDS ${arg_MANIFEST} VERBATIM)
    add_custom_target(${arg_TARGET}_manifest DEPENDS ${copy})
    add_dependencies(${arg_TARGET} ${arg_TARGET}_manifest)

    install(TARGETS ${arg_TARGET} LIBRARY DESTINATION lib/weft)
    install(FILES ${arg_MANIFEST} DESTINATION lib/weft RENAME ${name}.json)
endfunction()
