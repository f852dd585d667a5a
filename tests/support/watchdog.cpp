#include "watchdog.hpp"

#include "platform.hpp"

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>

namespace test {
namespace {

using clock = std::chrono::steady_clock;

struct watched {
    std::mutex lock;
    std::string what;
    clock::time_point deadline;
};

// Never destroyed: the watchdog runs to the end of the process.
watched& state() {
    static watched* only = new watched;
    return *only;
}

// A runtime may open handles of its own when a thread first sleeps: that is over before the tests count any.
std::atomic<bool> settled{false};

void run() {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    settled = true;
    for (;;) {
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
        watched& it = state();
        std::string late;
        {
            const std::lock_guard hold(it.lock);
            if (clock::now() < it.deadline) continue;
            late = it.what;
        }
        std::fprintf(stderr, "watchdog: process %u: no end after %lld s: %s\n", system_process_id(),
                     static_cast<long long>(time_limit().count()), late.c_str());
        std::fflush(stderr);
        std::abort();
    }
}

}  // namespace

std::chrono::seconds time_limit() {
    static const std::chrono::seconds limit = [] {
        const int seconds = std::atoi(get_environment("KOBJ_TEST_TIMEOUT").c_str());
        return std::chrono::seconds(seconds > 0 ? seconds : 60);
    }();
    return limit;
}

std::chrono::milliseconds patience() {
    return std::chrono::milliseconds(time_limit()) * 3 / 4;
}

void watch(const std::string& what) {
    {
        watched& it = state();
        const std::lock_guard hold(it.lock);
        it.what = what;
        it.deadline = clock::now() + time_limit();
    }
    static const bool started = [] {
        std::thread(run).detach();
        while (!settled) std::this_thread::yield();
        return true;
    }();
    (void)started;
}

}  // namespace test
