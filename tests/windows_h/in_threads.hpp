#pragma once

#include "support/eventually.hpp"
#include "windows.hpp"

#include <atomic>
#include <thread>
#include <vector>

// What the tests of the locks of one process have in common.
namespace test {

/// Runs `work(i)` in so many threads at once and waits for their ends.
template <class F>
void in_threads(int count, F work) {
    std::vector<std::thread> all;
    for (int i = 0; i < count; ++i) all.emplace_back([&work, i] { work(i); });
    for (auto& each : all) each.join();
}

/// One look for each thread: did it see what it should?
template <class F>
bool each_in_own_thread(int count, F look) {
    std::atomic<int> good{0};
    in_threads(count, [&](int i) { good += look(i) ? 1 : 0; });
    return good == count;
}

inline int rounds() {
    return test::on_wine() ? 2'000 : 50'000;
}

struct section : CRITICAL_SECTION {
    section() { InitializeCriticalSection(this); }
    ~section() { DeleteCriticalSection(this); }
    section(const section&) = delete;
    section& operator=(const section&) = delete;
};

}  // namespace test
