#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/role.hpp"
#include "support/shared.hpp"
#include "support/state.hpp"
#include "support/waiter.hpp"
#include "whole.hpp"

#include <kobj/kobj.hpp>

#include "posix/arena/arena.hpp"
#include "posix/process/attach.hpp"

#include <linux/futex.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>

using namespace std::chrono_literals;
using kobj::wait_status;
using test::probe;
using test::seen;
using test::usage_count;

// The second detector: deaths that the kernel does not mark, because other code has replaced the thread's robust list.

namespace {

void silence_this_thread() {
    static robust_list_head empty{{&empty.list}, 0, nullptr};
    syscall(SYS_set_robust_list, &empty, sizeof(empty));
}

struct stage {
    std::atomic<int> ready;
};

}  // namespace

TEST_CASE("A mutex of a silenced thread that has ended is abandoned", "[mutex][silenced]") {
    kobj::mutex gate = kobj::mutex::create().value();
    kobj::posix::thread_record* record = nullptr;
    std::thread owner([&] {
        (void)gate.acquire().value();
        record = kobj::posix::enter().record;
        silence_this_thread();
    });
    owner.join();
    SECTION("its id is free") {}
    SECTION("its id is another process's by now") {
        const kobj::posix::u64 identity = record->identity.get();
        const auto id = static_cast<kobj::posix::u32>(getppid());
        record->identity.put((identity & 0xFFFF'FFFFU) | kobj::posix::u64{id} << 32U);
    }
    CHECK(gate.acquire(test::patience()).value() == wait_status::abandoned);
    CHECK(gate.release());
    CHECK(gate.acquire(0s).value() == wait_status::signaled);
    CHECK(gate.release());
}

ROLE(hold_silently) {
    auto gate = args.adopt<kobj::mutex>(0);
    const test::shared<stage> shared(args.handle(1));
    gate.acquire().value();
    silence_this_thread();
    shared->ready = 1;
    test::eventually([] { return false; });
    return 0;
}

TEST_CASE("A silenced owner is killed while others sleep", "[mutex][silenced][kill]") {
    kobj::mutex gate = kobj::mutex::create({.inheritable = true}).value();
    const test::shared<stage> shared;
    const auto child = test::start_role("hold_silently", {gate, shared});
    REQUIRE(test::eventually([&] { return shared->ready == 1; }));
    auto waiting = test::wait_one(gate, test::patience(), [&] { (void)gate.release(); });
    test::until_waiting(gate);
    ::kill(static_cast<pid_t>(child.id().value()), SIGKILL);
    CHECK(test::wait_for_exit(child) == 128U + SIGKILL);
    CHECK(waiting.status() == wait_status::abandoned);
    CHECK(probe(gate) == seen::free);
    CHECK(usage_count(gate) == 1);
    CHECK(test::damage() == "");
}

// The first thread ends, another one goes on.
ROLE(end_first_thread) {
    static kobj::mutex left = args.adopt<kobj::mutex>(0);
    static kobj::mutex right = args.adopt<kobj::mutex>(1);
    static const test::shared<stage> shared(args.handle(2));
    (void)left.acquire().value();
    std::thread([] {
        (void)right.acquire().value();
        while (!shared->ready.load()) std::this_thread::sleep_for(1ms);
        // It works as before.
        const auto made = kobj::event::create();
        ROLE_CHECK(made.has_value());
        (void)right.release().value();
        shared->ready = 2;
        while (shared->ready.load() != 3) std::this_thread::sleep_for(1ms);
        std::_Exit(7);
    }).detach();
    pthread_exit(nullptr);
}

TEST_CASE("The first thread of a process ends by pthread_exit, and others go on", "[thread][kill]") {
    kobj::mutex left = kobj::mutex::create({.inheritable = true}).value();
    kobj::mutex right = kobj::mutex::create({.inheritable = true}).value();
    const test::shared<stage> shared;
    const auto child = test::start_role("end_first_thread", {left, right, shared});
    // What the first thread had is abandoned; the process lives, and so does what the other one has.
    REQUIRE(test::eventually([&] { return probe(right) == seen::owned; }));
    REQUIRE(test::eventually([&] { return probe(left) == seen::abandoned; }));
    CHECK(child.wait(0s).value() == wait_status::timed_out);
    CHECK(usage_count(left) == 2);
    CHECK(probe(right) == seen::owned);
    shared->ready = 1;
    REQUIRE(test::eventually([&] { return shared->ready == 2; }));
    CHECK(probe(right) == seen::free);
    shared->ready = 3;
    CHECK(test::wait_for_exit(child) == 7);
    CHECK(usage_count(left) == 1);
    CHECK(test::damage() == "");
}
