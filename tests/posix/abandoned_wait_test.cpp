#include "support/catch.hpp"
#include "support/state.hpp"
#include "support/waiter.hpp"

#include <kobj/kobj.hpp>

#include <chrono>
#include <ctime>
#include <thread>

using namespace std::chrono_literals;
using kobj::wait_status;

namespace {

std::chrono::nanoseconds used_by_this_thread() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

}  // namespace

TEST_CASE("A wait for all sleeps while an abandoned mutex waits for the others", "[mutex][abandon][all]") {
    kobj::mutex left = kobj::mutex::create().value();
    kobj::event event = kobj::event::create().value();
    std::thread([&] { left.acquire().value(); }).join();
    const kobj::handle_value both[] = {left.get(), event.get()};
    std::chrono::nanoseconds used{};
    test::waiter waiting([&]() -> test::waiter::outcome {
        const auto before = used_by_this_thread();
        auto how = kobj::wait_all(both);
        used = used_by_this_thread() - before;
        return how;
    });
    test::until_waiting(event);
    std::this_thread::sleep_for(400ms);
    REQUIRE(event.set());
    CHECK(waiting.status() == wait_status::abandoned);
    // It cannot have been longer than the sleep.
    CHECK(used < 100ms);
}
