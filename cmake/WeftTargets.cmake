# The shapes a target can have: a layer of the host, a plugin, a test.

# weft_layer(NAME USES ... WITH ...): host/NAME/*.cpp as the static library weft_NAME. USES reaches
# whoever links the layer, WITH is its own business. A layer without sources yet is only a name.
function(weft_layer name)
    cmake_parse_arguments(arg "" "" "USES;WITH" ${ARGN})
    file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/host/${name}/*.cpp)
    if(sources)
        add_library(weft_${name} STATIC ${sources})
        target_include_directories(weft_${name} PUBLIC ${PROJECT_SOURCE_DIR}/host)
        target_link_libraries(weft_${name} PUBLIC ${arg_USES} PRIVATE ${arg_WITH})
        target_compile_definitions(weft_${name} PRIVATE WEFT_VERSION="${PROJECT_VERSION}")
        weft_compile_options(weft_${name})
    else()
        add_library(weft_${name} INTERFACE)
        target_include_directories(weft_${name} INTERFACE ${PROJECT_SOURCE_DIR}/host)
        target_link_libraries(weft_${name} INTERFACE ${arg_USES})
    endif()
endfunction()

# weft_plugin(NAME SOURCES ... LIBS ...): build/lib/weft/NAME.so with its manifest beside it. The
# target is called plugin_NAME. A plugin sees the SDK and its own libraries, never the host.
function(weft_plugin name)
    cmake_parse_arguments(arg "" "" "SOURCES;LIBS" ${ARGN})
    set(out ${PROJECT_BINARY_DIR}/lib/weft)
    add_library(plugin_${name} MODULE ${arg_SOURCES})
    set_target_properties(plugin_${name} PROPERTIES
        PREFIX "" OUTPUT_NAME ${name} LIBRARY_OUTPUT_DIRECTORY ${out}
        C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
    target_link_libraries(plugin_${name} PRIVATE weft_sdk ${arg_LIBS})
    # Two plugins must not see each other's libraries, nor their own symbols from a static archive.
    target_link_options(plugin_${name} PRIVATE -Wl,--as-needed
        -Wl,--version-script=${PROJECT_SOURCE_DIR}/cmake/plugin.map)
    set_property(TARGET plugin_${name} APPEND PROPERTY
        LINK_DEPENDS ${PROJECT_SOURCE_DIR}/cmake/plugin.map)
    weft_compile_options(plugin_${name})
    install(TARGETS plugin_${name} LIBRARY DESTINATION lib/weft)

    set(manifest ${CMAKE_CURRENT_SOURCE_DIR}/${name}.json)
    if(EXISTS ${manifest})
        add_custom_command(OUTPUT ${out}/${name}.json
            COMMAND ${CMAKE_COMMAND} -E make_directory ${out}
            COMMAND ${CMAKE_COMMAND} -E copy ${manifest} ${out}/${name}.json
            DEPENDS ${manifest} VERBATIM)
        add_custom_target(manifest_${name} DEPENDS ${out}/${name}.json)
        add_dependencies(plugin_${name} manifest_${name})
        install(FILES ${manifest} DESTINATION lib/weft)
    endif()
endfunction()

# weft_test(NAME SOURCES ... LIBS ... NEEDS ...): a GoogleTest binary, each case known to ctest.
# NEEDS are targets it opens at run time.
function(weft_test name)
    cmake_parse_arguments(arg "" "" "SOURCES;LIBS;NEEDS" ${ARGN})
    add_executable(test_${name} ${arg_SOURCES})
    target_include_directories(test_${name} PRIVATE ${PROJECT_SOURCE_DIR})
    target_link_libraries(test_${name} PRIVATE ${arg_LIBS} weft_sdk_cpp GTest::gtest_main)
    target_compile_definitions(test_${name} PRIVATE
        WEFT_SOURCE_DIR="${PROJECT_SOURCE_DIR}" WEFT_BINARY_DIR="${PROJECT_BINARY_DIR}")
    weft_compile_options(test_${name})
    foreach(needed IN LISTS arg_NEEDS)
        if(TARGET ${needed})
            add_dependencies(test_${name} ${needed})
        endif()
    endforeach()
    gtest_discover_tests(test_${name} TEST_PREFIX ${name}. DISCOVERY_MODE PRE_TEST NO_PRETTY_VALUES
        PROPERTIES LABELS unit TIMEOUT 300)
endfunction()
