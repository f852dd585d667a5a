# Catch2, version 2 (headers) or 3 (a library). tests/support has the main function.
add_library(kobj_catch2 INTERFACE)
kobj_find_headers(KOBJ_CATCH2_INCLUDE catch2/catch.hpp)
if(KOBJ_CATCH2_INCLUDE)
    target_include_directories(kobj_catch2 SYSTEM INTERFACE ${KOBJ_CATCH2_INCLUDE})
else()
    find_package(Catch2 3 QUIET)
    if(NOT Catch2_FOUND AND KOBJ_FETCH_DEPENDENCIES)
        FetchContent_Declare(Catch2 URL https://github.com/catchorg/Catch2/archive/refs/tags/v3.7.1.tar.gz)
        FetchContent_MakeAvailable(Catch2)
    endif()
    if(NOT TARGET Catch2::Catch2)
        message(FATAL_ERROR "The tests need Catch2, version 2 or 3. Install it, or turn KOBJ_FETCH_DEPENDENCIES on, "
                            "or KOBJ_BUILD_TESTS off.")
    endif()
    target_link_libraries(kobj_catch2 INTERFACE Catch2::Catch2)
    target_compile_definitions(kobj_catch2 INTERFACE KOBJ_CATCH2_V3)
endif()

set(KOBJ_TEST_TIMEOUT 60 CACHE STRING "Seconds after which a test counts as hanging")

# Catch2's macros are slow to compile, and slower to optimise: the tests call the library, which is optimised.
function(kobj_test_target target)
    target_precompile_headers(${target} PRIVATE ${PROJECT_SOURCE_DIR}/tests/support/catch.hpp
                              ${PROJECT_SOURCE_DIR}/include/kobj/kobj.hpp <chrono> <string> <vector> <atomic>)
    if(NOT MSVC)
        target_compile_options(${target} PRIVATE -O0)
    endif()
endfunction()

# The program <target> from tests/<folder> and the test support, each test case a test of ctest's.
function(kobj_add_tests target library folder)
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.cpp)
    if(NOT sources)
        return()
    endif()
    add_executable(${target} ${sources} $<TARGET_OBJECTS:kobj_test_support>)
    kobj_own_target(${target})
    target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
    target_link_libraries(${target} PRIVATE ${library} kobj_catch2)
    kobj_test_target(${target})
    add_dependencies(${target} kobj_plain)
    if(NOT folder MATCHES "^(conformance|windows_h)$")
        target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/src)
        target_include_directories(${target} SYSTEM PRIVATE ${KOBJ_FMT_INCLUDE})
        if(NOT WIN32)
            target_include_directories(${target} SYSTEM PRIVATE ${KOBJ_BOOST_INCLUDE})
        endif()
        # The checker is made of what only a static kobj shows.
        if(folder MATCHES "^(posix|step)$")
            target_sources(${target} PRIVATE $<TARGET_OBJECTS:kobj_check>)
        endif()
        target_compile_definitions(${target} PRIVATE FMT_HEADER_ONLY)
    endif()
    kobj_discover_tests(${target})
endfunction()

# Not Catch2's own catch_discover_tests: that one trips over the line ends of a Windows program and over quotes.
function(kobj_discover_tests target)
    set(list ${CMAKE_CURRENT_BINARY_DIR}/${target}_tests.cmake)
    get_target_property(emulator ${target} CROSSCOMPILING_EMULATOR)
    if(NOT emulator)
        set(emulator "")
    endif()
    add_custom_command(TARGET ${target} POST_BUILD BYPRODUCTS ${list} VERBATIM
        COMMAND ${CMAKE_COMMAND} -D "PROGRAM=$<TARGET_FILE:${target}>" -D "EMULATOR=${emulator}" -D "PREFIX=${target}"
                -D "CATCH2_V3=$<NOT:$<BOOL:${KOBJ_CATCH2_INCLUDE}>>" -D "TIMEOUT=${KOBJ_TEST_TIMEOUT}"
                -D "LIST=${list}" -P ${PROJECT_SOURCE_DIR}/cmake/DiscoverTests.cmake)
    set(include ${CMAKE_CURRENT_BINARY_DIR}/${target}_include.cmake)
    file(WRITE ${include} "if(EXISTS [==[${list}]==])\n  include([==[${list}]==])\nelse()\n"
                          "  add_test([==[${target} is not built]==] [==[${target}]==])\nendif()\n")
    set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${include})
endfunction()
