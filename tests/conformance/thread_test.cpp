#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/platform.hpp"
#include "support/role.hpp"
#include "support/shared.hpp"
#include "support/state.hpp"

#include <kobj/kobj.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using kobj::errc;
using kobj::wait_status;
using test::error_of;

namespace {

std::uint32_t end_of(const kobj::thread& runner) {
    if (runner.wait(test::patience()).value() != wait_status::signaled)
        throw std::runtime_error("a thread does not end");
    return runner.exit_code().value();
}

}  // namespace

TEST_CASE("A thread runs its body, and what that returns is the exit code", "[thread]") {
    const auto before = test::table();
    {
        int ran = 0;
        const auto silent = kobj::thread::start([&] { ++ran; }).value();
        CHECK(end_of(silent) == 0);
        CHECK(ran == 1);
        CHECK(end_of(kobj::thread::start([] { return 300; }).value()) == 300);
        CHECK(end_of(kobj::thread::start([] { return 0xC000'0005U; }).value()) == 0xC000'0005U);
        CHECK(end_of(kobj::thread::start([] { return -1; }).value()) == 0xFFFF'FFFFU);
        CHECK(end_of(kobj::thread::start([] { return 259; }).value()) == 259);
        CHECK(end_of(kobj::thread::start([p = std::make_unique<int>(8)] { return *p; }).value()) == 8);
        std::function<int()> body = [] { return 9; };
        CHECK(end_of(kobj::thread::start(body).value()) == 9);
    }
    CHECK(test::table() == before);
}

TEST_CASE("A thread object is signaled when its thread has ended, and stays so", "[thread]") {
    std::atomic<bool> leave{false};
    auto runner = kobj::thread::start([&] {
                      test::eventually([&] { return leave.load(); });
                      return 4;
                  }).value();
    CHECK(kobj::type_of(runner.get()).value() == kobj::object_type::thread);
    CHECK(kobj::access_of(runner.get()).value() == kobj::access::thread_all);
    CHECK(runner.exit_code().value() == kobj::still_active);
    CHECK(runner.wait(0s).value() == wait_status::timed_out);
    CHECK(runner.wait(5ms).value() == wait_status::timed_out);
    leave = true;
    CHECK(end_of(runner) == 4);
    for (int i = 0; i < 3; ++i) {
        CHECK(runner.wait(0s).value() == wait_status::signaled);
        CHECK(runner.exit_code().value() == 4);
    }
    const auto copy = runner.duplicate().value();
    REQUIRE(runner.close());
    CHECK(copy.exit_code().value() == 4);
    CHECK(copy.wait(0s).value() == wait_status::signaled);
}

TEST_CASE("A thread started suspended does not run, and runs once resumed", "[thread][suspended]") {
    std::atomic<int> ran{0};
    auto runner = kobj::thread::start([&] { ++ran; }, {.suspended = true}).value();
    CHECK(runner.wait(100ms).value() == wait_status::timed_out);
    CHECK(ran == 0);
    CHECK(runner.exit_code().value() == kobj::still_active);
    CHECK(runner.id().value() != 0);
    CHECK(runner.resume().value() == 1);
    CHECK(end_of(runner) == 0);
    CHECK(ran == 1);
}

TEST_CASE("Resuming a thread that runs gives 0", "[thread][suspended]") {
    std::atomic<bool> leave{false};
    auto runner = kobj::thread::start([&] { test::eventually([&] { return leave.load(); }); }).value();
    CHECK(runner.resume().value() == 0);
    leave = true;
    CHECK(end_of(runner) == 0);
}

TEST_CASE("A thread ends itself with a code", "[thread]") {
    int after = 0;
    const auto runner = kobj::thread::start([&] {
                            kobj::thread::exit(0xDEAD'BEEF);
                            after = 1;
                        }).value();
    CHECK(end_of(runner) == 0xDEAD'BEEF);
    CHECK(after == 0);
}

TEST_CASE("A thread knows itself", "[thread]") {
    std::uint32_t inside = 0;
    std::uint32_t by_handle = 0;
    std::uint32_t of_system = 0;
    const auto runner = kobj::thread::start([&] {
                            inside = kobj::thread::current_id();
                            by_handle = kobj::thread::current().id().value();
                            of_system = test::system_thread_id();
                        }).value();
    const std::uint32_t id = runner.id().value();
    CHECK(end_of(runner) == 0);
    CHECK(id == inside);
    CHECK(by_handle == inside);
    CHECK(of_system == inside);
    CHECK(id != kobj::thread::current_id());
}

TEST_CASE("A thread with a stack of its own size runs", "[thread]") {
    const auto use_stack = [] {
        volatile char bytes[200'000];
        for (std::size_t i = 0; i < sizeof bytes; i += 512) bytes[i] = static_cast<char>(i);
        return static_cast<int>(bytes[0]);
    };
    CHECK(end_of(kobj::thread::start(use_stack, {.stack_size = 4 << 20}).value()) == 0);
    CHECK(end_of(kobj::thread::start([] { return 1; }, {.stack_size = 1}).value()) == 1);
    CHECK(end_of(kobj::thread::start([] { return 2; }, {.stack_size = 100'001}).value()) == 2);
}

TEST_CASE("A stack that the system has no room for is an error", "[thread][error]") {
    const auto before = test::table();
    const errc error = error_of(kobj::thread::start([] {}, {.stack_size = std::size_t{1} << 60}));
    CHECK((error == errc::not_enough_memory || error == errc::no_system_resources));
    CHECK(test::table() == before);
}

ROLE(throw_out_of_thread) {
    const auto runner = kobj::thread::start([] { throw 1; }).value();
    (void)runner.wait(test::patience());
    return 0;
}

TEST_CASE("An exception out of a thread ends the program", "[thread][error]") {
    CHECK(test::run_role("throw_out_of_thread") == (test::on_windows ? 3U : 128U + 6U));
}

TEST_CASE("Closing the handle leaves the thread running", "[thread]") {
    std::atomic<int> stage{0};
    auto runner = kobj::thread::start([&] {
                      test::eventually([&] { return stage == 1; });
                      stage = 2;
                  }).value();
    REQUIRE(runner.close());
    stage = 1;
    CHECK(test::eventually([&] { return stage == 2; }));
}

TEST_CASE("A thread is opened by its id", "[thread][open]") {
    std::atomic<bool> leave{false};
    std::atomic<int> polls{0};
    auto runner = kobj::thread::start([&] {
                      test::eventually([&] {
                          ++polls;
                          return leave.load();
                      });
                  }).value();
    // The runtime opens a handle of its own to the thread when that first sleeps.
    REQUIRE(test::eventually([&] { return polls >= 2; }));
    const auto before = test::table();
    {
        const auto opened = kobj::thread::open(runner.id().value()).value();
        CHECK(kobj::same_object(opened.get(), runner.get()).value());
        CHECK(kobj::access_of(opened.get()).value() == kobj::access::thread_all);
        const auto narrow =
            kobj::thread::open(runner.id().value(), {.inheritable = true, .access = kobj::access::synchronize}).value();
        CHECK(kobj::access_of(narrow.get()).value() == kobj::access::synchronize);
        CHECK(kobj::get_flags(narrow.get()).value() == kobj::handle_flags{.inheritable = true});
        CHECK(error_of(narrow.id()) == errc::access_denied);
    }
    CHECK(test::table() == before);
    leave = true;
    CHECK(end_of(runner) == 0);
}

TEST_CASE("A thread opens itself, also one that kobj did not make", "[thread][open]") {
    const auto mine = kobj::thread::open(kobj::thread::current_id()).value();
    CHECK(kobj::same_object(mine.get(), kobj::current_thread()).value());
    bool same = false;
    std::thread([&] {
        const auto own = kobj::thread::open(kobj::thread::current_id()).value();
        same = kobj::same_object(own.get(), kobj::current_thread()).value();
    }).join();
    CHECK(same);
}

TEST_CASE("A thread of the standard library is waited for by a handle that it gave away", "[thread]") {
    kobj::thread given;
    std::thread([&] { given = kobj::thread::current().duplicate().value(); }).join();
    CHECK(given.wait(test::patience()).value() == wait_status::signaled);
    CHECK(given.exit_code().value() != kobj::still_active);
}

TEST_CASE("There is no thread of an id that nobody has", "[thread][open]") {
    const auto before = test::table();
    CHECK(error_of(kobj::thread::open(0)) == errc::invalid_parameter);
    CHECK(error_of(kobj::thread::open(0x7FFF'FFF0)) == errc::invalid_parameter);
    CHECK(test::table() == before);
}

TEST_CASE("A mutex works alike for threads of kobj and of the standard library", "[thread][mutex]") {
    kobj::mutex gate = kobj::mutex::create().value();
    int counter = 0;
    const auto add = [&] {
        for (int i = 0; i < 500; ++i) {
            const auto held = gate.acquire_guard().value();
            ++counter;
        }
    };
    const auto first = kobj::thread::start(add).value();
    std::thread second(add);
    add();
    second.join();
    CHECK(end_of(first) == 0);
    CHECK(counter == 1500);
    CHECK(test::probe(gate) == test::seen::free);
}

TEST_CASE("Two hundred threads come and go, and nothing stays behind", "[thread]") {
    const auto before = test::table();
    int sum = 0;
    for (int i = 0; i < 20; ++i) {
        std::vector<kobj::thread> runners;
        for (int k = 0; k < 10; ++k) runners.push_back(kobj::thread::start([k] { return k; }).value());
        for (const auto& each : runners) sum += static_cast<int>(end_of(each));
    }
    CHECK(sum == 20 * 45);
    CHECK(test::table() == before);
}

namespace {
struct stage {
    std::atomic<int> leave;
    std::atomic<std::uint32_t> thread_id;
};
}  // namespace

ROLE(offer_thread) {
    const test::shared<stage> shared(args.handle(0));
    const auto runner = kobj::thread::start([&] {
                            test::eventually([&] { return shared->leave == 1; });
                            return 17;
                        }).value();
    shared->thread_id = runner.id().value();
    ROLE_CHECK(runner.wait(test::patience()).value() == wait_status::signaled);
    ROLE_CHECK(test::eventually([&] { return shared->leave == 2; }));
    return 0;
}

TEST_CASE("A thread of another process is opened and waited for", "[thread][open][process]") {
    const test::shared<stage> shared;
    const auto child = test::start_role("offer_thread", {shared});
    REQUIRE(test::eventually([&] { return shared->thread_id != 0; }));
    const auto runner = kobj::thread::open(shared->thread_id).value();
    CHECK(runner.wait(0s).value() == wait_status::timed_out);
    CHECK(runner.id().value() == shared->thread_id);
    shared->leave = 1;
    CHECK(end_of(runner) == 17);
    shared->leave = 2;
    CHECK(test::wait_for_exit(child) == 0);
    CHECK(runner.exit_code().value() == 17);
}

TEST_CASE("The end of a process ends its threads with its code", "[thread][process]") {
    const test::shared<stage> shared;
    auto child = test::start_role("offer_thread", {shared});
    REQUIRE(test::eventually([&] { return shared->thread_id != 0; }));
    const auto runner = kobj::thread::open(shared->thread_id).value();
    test::kill_hard(child, 33);
    CHECK(end_of(runner) == 33);
}
