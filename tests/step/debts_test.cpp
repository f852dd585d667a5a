#include "world.hpp"

#include "support/catch.hpp"
#include "support/watchdog.hpp"

#include "posix/check/report.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>
#include <csignal>

// Measures; not run by default: kobj_step_tests "[debts]".

using namespace std::chrono_literals;
using clock_type = std::chrono::steady_clock;

namespace {

double milliseconds(clock_type::duration length) {
    return std::chrono::duration<double, std::milli>(length).count();
}

/// The longest and the middle time of what is done again and again until it is stopped.
class repeated {
public:
    template <class Work>
    explicit repeated(Work work)
        : thread_([this, work] {
              while (!stop_) {
                  const auto begin = clock_type::now();
                  work();
                  times_.push_back(milliseconds(clock_type::now() - begin));
              }
          }) {}
    void tell(const char* what) {
        stop_ = true;
        thread_.join();
        std::sort(times_.begin(), times_.end());
        std::printf("debts: meanwhile %s: %zu times, median %.2f us, longest %.0f us\n", what, times_.size(),
                    times_[times_.size() / 2] * 1000, times_.back() * 1000);
    }

private:
    std::vector<double> times_;
    std::atomic<bool> stop_ = false;
    std::thread thread_;
};

}  // namespace

TEST_CASE("The debts of 1,000 killed processes are settled", "[.][debts]") {
    constexpr int processes = 1000;
    constexpr int handles_each = 10;
    auto gate = kobj::mutex::create().value();
    auto own = kobj::mutex::create().value();
    std::vector<pid_t> children;
    for (int i = 0; i < processes; ++i) {
        test::watch("debts: child " + std::to_string(i));
        int ends[2];
        REQUIRE(pipe(ends) == 0);
        const pid_t child = fork();
        if (child == 0) {
            // Beside the two that it has by fork.
            for (int h = 0; h < handles_each - 3; ++h) (void)kobj::event::create().value().detach();
            (void)kobj::mutex::create({.name = "debts: " + std::to_string(i), .initially_owned = true})
                .value()
                .detach();
            char there = 1;
            if (write(ends[1], &there, 1) != 1) _exit(1);
            for (;;) pause();
        }
        close(ends[1]);
        char there = 0;
        REQUIRE(read(ends[0], &there, 1) == 1);
        close(ends[0]);
        children.push_back(child);
    }
    for (const pid_t child : children) kill(child, SIGKILL);
    for (const pid_t child : children) waitpid(child, nullptr, 0);
    test::watch("debts");
    repeated quick([&] { own.acquire().value(), own.release().value(); });
    repeated locked([] { (void)kobj::event::create().value(); });
    std::this_thread::sleep_for(20ms);
    const auto begin = clock_type::now();
    CHECK(test::usage_count(gate) == 1);
    const auto took = clock_type::now() - begin;
    quick.tell("a mutex is acquired and released");
    locked.tell("an event is created and closed");
    std::printf(
        "debts: %d processes with %d handles each, one of them an owned and named mutex: settled in %.1f ms by "
        "the first who asked for a usage count\n",
        processes, handles_each, milliseconds(took));
    CHECK(kobj::posix::check::to_text(test::look()) == "");
    CHECK(test::error_of(kobj::mutex::open("debts: 0")) == kobj::errc::file_not_found);
}
