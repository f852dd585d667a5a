#include "support/catch.hpp"
#include "support/state.hpp"
#include "support/watchdog.hpp"

#include <kobj/kobj.hpp>

#include <pthread.h>

namespace {
struct mark {
    int& target;
    ~mark() { target = 1; }
};
}  // namespace

TEST_CASE("A thread's exit unwinds its stack", "[thread]") {
    int unwound = 0;
    const auto runner = kobj::thread::start([&] {
                            const mark at_end{unwound};
                            kobj::thread::exit(5);
                        }).value();
    CHECK(runner.wait(test::patience()).value() == kobj::wait_status::signaled);
    CHECK(runner.exit_code().value() == 5);
    CHECK(unwound == 1);
}

TEST_CASE("A guard on the stack of a thread that exits gives the mutex back", "[thread][mutex]") {
    kobj::mutex gate = kobj::mutex::create().value();
    const auto runner = kobj::thread::start([&] {
                            const auto held = gate.acquire_guard().value();
                            kobj::thread::exit(6);
                        }).value();
    CHECK(runner.wait(test::patience()).value() == kobj::wait_status::signaled);
    CHECK(test::probe(gate) == test::seen::free);
}

TEST_CASE("A thread made by pthread_create is attached at its first call", "[thread]") {
    kobj::mutex gate = kobj::mutex::create().value();
    pthread_t runner{};
    REQUIRE(pthread_create(
                &runner, nullptr,
                [](void* target) -> void* {
                    static_cast<kobj::mutex*>(target)->acquire().value();
                    return nullptr;
                },
                &gate) == 0);
    REQUIRE(pthread_join(runner, nullptr) == 0);
    CHECK(test::probe(gate) == test::seen::abandoned);
}
