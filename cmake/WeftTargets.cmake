# The shapes a target can have: a layer of the host, a plugin, a test.
include(WeftAddPlugin)

# weft_layer(NAME USES ... WITH ...): host/NAME/**/*.cpp as the static library weft_NAME. USES reaches
# whoever links the layer, WITH is its own business. A layer without sources yet is only a name.
function(weft_layer name)
    cmake_parse_arguments(arg "" "" "USES;WITH" ${ARGN})
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/host/${name}/*.cpp)
    if(sources)
        add_library(weft_${name} STATIC ${sources})
        # All of it goes into libweft, which shows its C API alone.
        set_target_properties(weft_${name} PROPERTIES
            CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
        target_compile_options(weft_${name} PRIVATE -ftls-model=initial-exec)
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
    set(allow_undefined "")
    # What instruments the code leaves symbols to the program.
    if(WEFT_SANITIZE OR WEFT_FUZZ)
        set(allow_undefined ALLOW_UNDEFINED)
    endif()
    weft_add_plugin(${name} ${ARGN} ${allow_undefined}
        TARGET plugin_${name} DIRECTORY ${PROJECT_BINARY_DIR}/lib/weft)
    weft_compile_options(plugin_${name})
    # `plugins`: all that this tree builds.
    if(NOT TARGET plugins)
        add_custom_target(plugins)
    endif()
    add_dependencies(plugins plugin_${name})
endfunction()

# weft_plugin_of_parts(NAME LIBS ...): the same of the *.cpp beside the caller. They are compiled once,
# all but plugin.cpp as NAME_objects: the plugin is made of it, and so is whatever tests its parts.
function(weft_plugin_of_parts name)
    cmake_parse_arguments(arg "" "" "LIBS" ${ARGN})
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
    set(entry ${CMAKE_CURRENT_SOURCE_DIR}/plugin.cpp)
    list(REMOVE_ITEM sources ${entry})
    add_library(${name}_objects OBJECT ${sources})
    set_target_properties(${name}_objects PROPERTIES
        CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
    target_include_directories(${name}_objects PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
    target_link_libraries(${name}_objects PUBLIC ${arg_LIBS})
    weft_compile_options(${name}_objects)
    weft_plugin(${name} SOURCES ${entry} LIBS ${name}_objects)
endfunction()

# weft_test(NAME SOURCES ... LIBS ... NEEDS ... [ALONE]): a GoogleTest binary, each case known to ctest.
# NEEDS are targets it opens at run time; ALONE: its cases would hear or disturb each other, so they run
# one after the other.
function(weft_test name)
    # The thread sanitizer has nothing to say about what runs on one thread.
    set(on_one_thread syntax sema graph passes ir eval gpu_math ops)
    if(WEFT_SANITIZE MATCHES thread AND name IN_LIST on_one_thread)
        return()
    endif()
    cmake_parse_arguments(arg "ALONE" "" "SOURCES;LIBS;NEEDS" ${ARGN})
    set(lock)
    if(arg_ALONE)
        set(lock RESOURCE_LOCK test_${name})
    endif()
    add_executable(test_${name} ${arg_SOURCES})
    target_include_directories(test_${name} PRIVATE ${PROJECT_SOURCE_DIR})
    target_link_libraries(test_${name} PRIVATE ${arg_LIBS} weft_sdk_cpp GTest::gtest_main)
    target_link_libraries(test_${name} PRIVATE weft_paths)
    weft_compile_options(test_${name})
    if(WEFT_SANITIZE)
        # A test asks once and compares; most of the time to compile it went into making that quick.
        target_compile_options(test_${name} PRIVATE -O0)
    endif()
    foreach(needed IN LISTS arg_NEEDS)
        if(TARGET ${needed})
            add_dependencies(test_${name} ${needed})
        endif()
    endforeach()
    gtest_discover_tests(test_${name} TEST_PREFIX ${name}. DISCOVERY_MODE PRE_TEST NO_PRETTY_VALUES
        PROPERTIES LABELS unit TIMEOUT 300 ${lock})
endfunction()

# <weft_paths.h>
configure_file(${PROJECT_SOURCE_DIR}/cmake/paths.cpp.in ${PROJECT_BINARY_DIR}/paths.cpp)
add_library(weft_paths STATIC ${PROJECT_BINARY_DIR}/paths.cpp)
target_include_directories(weft_paths PUBLIC ${PROJECT_SOURCE_DIR}/cmake)
