#pragma once

#include <chrono>
#include <string>

/// Stands over everything that can hang. No test asserts a longest time; the watchdog ends what does not end.
namespace test {

/// How long one test case, or one child, may take: 60 seconds, or KOBJ_TEST_TIMEOUT.
std::chrono::seconds time_limit();

/// How long a test waits for what must come: somewhat less, so that it can say what did not come.
std::chrono::milliseconds patience();

/// Starts the limit anew, for what is named here. The first call starts the watchdog. On expiry the name is printed
/// and the process aborts.
void watch(const std::string& what);

}  // namespace test
