# Run as a script after the build: asks PROGRAM for its test cases and writes LIST, which ctest includes.
if(CATCH2_V3)
    set(names_only --list-tests --verbosity quiet)
else()
    set(names_only --list-test-names-only)
endif()
execute_process(COMMAND ${EMULATOR} ${PROGRAM} ${names_only}
                OUTPUT_VARIABLE output ERROR_VARIABLE errors RESULT_VARIABLE status TIMEOUT 120)
# Catch2 version 2 gives the number of tests as its status, so only a crash shows, as a text or a negative number.
if(NOT status MATCHES "^[0-9]+$")
    message(FATAL_ERROR "${PROGRAM} --list-tests: ${status}\n${output}${errors}")
endif()

string(REPLACE "\r" "" output "${output}")
# Characters that mean something in a CMake list stand in as others while the lines are taken apart.
string(REPLACE ";" "<semicolon>" output "${output}")
string(REPLACE "[" "<open>" output "${output}")
string(REPLACE "]" "<close>" output "${output}")
string(REPLACE "\n" ";" lines "${output}")
set(script "")
set(number 0)
# The program has a watchdog of its own, which says more about a test that hangs; so it comes first.
math(EXPR limit "${TIMEOUT} + 30")
foreach(name IN LISTS lines)
    if(name STREQUAL "")
        continue()
    endif()
    string(REPLACE "<semicolon>" ";" name "${name}")
    string(REPLACE "<open>" "[" name "${name}")
    string(REPLACE "<close>" "]" name "${name}")
    string(REGEX REPLACE "([][,\"\\])" "\\\\\\1" filter "${name}")
    string(APPEND script "add_test([==[${PREFIX}: ${name}]==]")
    foreach(word IN LISTS EMULATOR PROGRAM)
        string(APPEND script " [==[${word}]==]")
    endforeach()
    string(APPEND script " [==[${filter}]==]")
    # Each in a session of its own: some look at all that is there. The name of the caller's is known when ctest runs.
    math(EXPR number "${number} + 1")
    string(REPLACE "kobj_" "" short "${PREFIX}")
    # A filter that matches nothing is a success to Catch2 version 2.
    string(APPEND script ")\nset_tests_properties([==[${PREFIX}: ${name}]==] PROPERTIES TIMEOUT ${limit}"
                         " ENVIRONMENT \"KOBJ_TEST_TIMEOUT=${TIMEOUT};KOBJ_SESSION=\$ENV{KOBJ_SESSION}-${short}-${number}\""
                         " FAIL_REGULAR_EXPRESSION \"No test cases matched;No tests ran\")\n")
endforeach()
file(WRITE ${LIST} "${script}")
