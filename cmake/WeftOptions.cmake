# How everything is compiled: language levels, warnings, sanitizers, exact floating point.

option(WEFT_TESTS "Build the tests" ON)
option(WEFT_BENCH "Build the benchmarks" OFF)
option(WEFT_FUZZ "Build the fuzzers (clang only)" OFF)
option(WEFT_WERROR "Treat warnings as errors" ON)
set(WEFT_SANITIZE "" CACHE STRING "Sanitizers, comma separated, as for -fsanitize=")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 99)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# Assertions stay on where one develops; line tables are enough for a stack trace and link fast.
foreach(language C CXX)
    set(CMAKE_${language}_FLAGS_RELWITHDEBINFO "-O2 -g1")
endforeach()

find_program(WEFT_CCACHE ccache)
if(WEFT_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_C_COMPILER_LAUNCHER ${WEFT_CCACHE})
    set(CMAKE_CXX_COMPILER_LAUNCHER ${WEFT_CCACHE})
endif()

# The reference evaluator and constant folding are exact IEEE: no fused multiply-add behind our back.
add_compile_options(-ffp-contract=off)

if(WEFT_SANITIZE)
    # -O1: what is checked is the same, and compiling it takes half as long. A null pointer is found
    # where it is used.
    add_compile_options(-O1 -fsanitize=${WEFT_SANITIZE} -fno-sanitize=null
                        -fno-omit-frame-pointer -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${WEFT_SANITIZE})
endif()
if(WEFT_FUZZ)
    # Coverage for every object; only the fuzzers themselves link libFuzzer's main.
    add_compile_options(-fsanitize=fuzzer-no-link)
    add_link_options(-fsanitize=fuzzer-no-link)
endif()

# The warnings all of our own code is held to.
# GCC 12 sees overlaps in `"text" + std::string` that are not there (its bug 105651), and at -O3 what an
# empty std::optional would hold.
function(weft_compile_options target)
    target_compile_options(${target} PRIVATE
        -Wall -Wextra -Wpedantic -Wshadow
        $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor -Wold-style-cast>
        $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-restrict>
        $<$<AND:$<COMPILE_LANG_AND_ID:CXX,GNU>,$<CONFIG:Release>>:-Wno-maybe-uninitialized>
        $<$<BOOL:${WEFT_WERROR}>:-Werror>)
endfunction()
