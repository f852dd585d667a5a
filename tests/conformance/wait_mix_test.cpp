#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/platform.hpp"
#include "support/role.hpp"
#include "support/scratch.hpp"
#include "support/shared.hpp"
#include "support/state.hpp"
#include "support/waiter.hpp"

#include <kobj/kobj.hpp>

#include <atomic>
#include <chrono>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using kobj::event;
using kobj::handle_value;
using kobj::semaphore;
using kobj::wait_outcome;
using kobj::wait_status;
using test::probe;
using test::seen;
using test::take;

namespace {

struct stage {
    std::atomic<int> ready;
    std::atomic<int> leave;
};

// One object of each kind, none signaled.
struct mix {
    event bell = event::create({.inheritable = true}).value();
    event gate = event::create({.inheritable = true, .manual_reset = true}).value();
    semaphore units = semaphore::create(0, 9, {.inheritable = true}).value();
    kobj::timer clock = kobj::timer::create({.inheritable = true}).value();
    kobj::timer watch = kobj::timer::create({.inheritable = true, .manual_reset = true}).value();
    kobj::mutex lock = kobj::mutex::create({.inheritable = true, .initially_owned = true}).value();
    event thread_ends = event::create().value();
    kobj::thread worker =
        kobj::thread::start([this] { thread_ends.wait(test::patience()).value(); }, {.inheritable = true}).value();
    test::shared<stage> child_stage;
    kobj::process child =
        test::start_role("wait_mix_child", {child_stage},
                         {.inherit = kobj::inherit::list, .handles = {child_stage.get()}, .inheritable = true});

    static constexpr std::size_t size = 8;
    [[nodiscard]] std::vector<handle_value> list() const {
        return {bell.get(), gate.get(), units.get(), clock.get(), watch.get(), lock.get(), worker.get(), child.get()};
    }
    void signal(std::size_t i) {
        switch (i) {
            case 0:
                return bell.set().value();
            case 1:
                return gate.set().value();
            case 2:
                return (void)units.release().value();
            case 3:
                return clock.set(0s).value();
            case 4:
                return watch.set(1ms).value();
            case 5:
                return lock.release().value();
            case 6:
                return thread_ends.set().value();
            default:
                child_stage->leave = 1;
        }
    }
    // After it was signaled and taken.
    void check_taken(std::size_t i) {
        CHECK_FALSE(take(bell));
        CHECK(take(gate) == (i >= 1));
        CHECK_FALSE(take(units));
        CHECK_FALSE(take(clock));
        CHECK(take(watch) == (i >= 4));
        CHECK(probe(lock) == (i >= 5 ? seen::free : seen::owned));
        CHECK(take(worker) == (i >= 6));
        CHECK(take(child) == (i >= 7));
    }
    ~mix() {
        (void)thread_ends.set();
        child_stage->leave = 1;
        (void)worker.wait(test::patience());
        (void)child.wait(test::patience());
    }
};

}  // namespace

ROLE(wait_mix_child) {
    const test::shared<stage> shared(args.handle(0));
    ROLE_CHECK(test::eventually([&] { return shared->leave == 1; }));
    return 0;
}

// Waits for the objects from the third argument on; the exit code tells how: status * 100 + index.
ROLE(wait_for_objects) {
    const test::shared<stage> shared(args.handle(1));
    std::vector<handle_value> list;
    for (std::size_t i = 2; i < args.size(); ++i) list.push_back(args.handle(i));
    shared->ready = 1;
    const wait_outcome how =
        (args.text(0) == "all" ? kobj::wait_all(list, test::patience()) : kobj::wait_any(list, test::patience()))
            .value();
    for (const handle_value each : list)
        if (kobj::type_of(each).value() == kobj::object_type::mutex) (void)kobj::mutex::release(each);
    return static_cast<int>(how.status) * 100 + static_cast<int>(how.index);
}

TEST_CASE("A wait for any takes each kind of object", "[wait][any][mix]") {
    mix all;
    for (const std::size_t i : {std::size_t{0}, std::size_t{2}, std::size_t{3}, std::size_t{1}, std::size_t{4},
                                std::size_t{5}, std::size_t{6}, std::size_t{7}}) {
        INFO("object " << i);
        // What stays signaled stands behind from here on, so that it is not found first.
        auto list = all.list();
        for (std::size_t other = 0; other < mix::size; ++other)
            if (other != i && other != 0) list[other] = all.bell.get();
        auto waiting = test::wait_any(list, test::patience(), [&] { (void)all.lock.release(); });
        test::until_waiting(list[i]);
        all.signal(i);
        CHECK(waiting.get() == wait_outcome{wait_status::signaled, i});
    }
    all.check_taken(7);
}

TEST_CASE("A wait for all takes one of each kind of object", "[wait][all][mix]") {
    mix all;
    std::atomic<bool> owned{false};
    auto waiting = test::wait_all(all.list(), test::patience(), [&] { owned = all.lock.release().has_value(); });
    test::until_waiting(all.bell);
    for (std::size_t i = 0; i < mix::size; ++i) {
        CHECK_FALSE(waiting.done());
        all.signal(i);
    }
    CHECK(waiting.get() == wait_outcome{wait_status::signaled, 0});
    CHECK(owned);
    all.check_taken(7);
}

TEST_CASE("A wait for all that has one of each kind but one takes none", "[wait][all][mix]") {
    mix all;
    event missing = event::create().value();
    auto list = all.list();
    list.push_back(missing.get());
    for (std::size_t i = 0; i < mix::size; ++i) all.signal(i);
    REQUIRE(all.child.wait(test::patience()).value() == wait_status::signaled);
    REQUIRE(all.worker.wait(test::patience()).value() == wait_status::signaled);
    REQUIRE(all.watch.wait(test::patience()).value() == wait_status::signaled);
    CHECK(kobj::wait_all(list, 30ms).value() == wait_outcome{});
    list.pop_back();
    CHECK(kobj::wait_all(list, test::patience()).value() == wait_outcome{wait_status::signaled, 0});
    REQUIRE(all.lock.release());
    all.check_taken(7);
}

TEST_CASE("A child waits for any and for all by inherited handles", "[wait][mix][process]") {
    for (const char* mode : {"any", "all"}) {
        INFO(mode);
        const bool any = std::string(mode) == "any";
        mix all;
        const test::shared<stage> shared;
        const auto child = test::start_role(
            "wait_for_objects", {mode, shared, all.bell, all.units, all.clock, all.lock, all.worker, all.child});
        REQUIRE(test::eventually([&] { return shared->ready == 1; }));
        test::until_waiting(all.units);
        all.signal(2);
        if (!any)
            for (const std::size_t i : {std::size_t{0}, std::size_t{3}, std::size_t{5}, std::size_t{6}, std::size_t{7}})
                all.signal(i);
        CHECK(test::wait_for_exit(child) == (any ? 1 : 0));
        CHECK_FALSE(take(all.bell));
        CHECK_FALSE(take(all.units));
        CHECK_FALSE(take(all.clock));
        CHECK(probe(all.lock) == (any ? seen::owned : seen::free));
    }
}

TEST_CASE("A child's wait takes objects that were duplicated into it", "[wait][mix][process]") {
    event bell = event::create().value();
    semaphore units = semaphore::create(0, 1).value();
    const test::shared<stage> shared;
    // The child is told the numbers through a mapping, since it runs before there are any.
    const std::string name = test::unique_name("hand_over");
    auto numbers = kobj::file_mapping::create(4096, {.name = name}).value();
    auto view = numbers.map<std::uint64_t>().value();
    const auto child = test::start_role("wait_for_duplicates", {name, shared});
    REQUIRE(test::eventually([&] { return shared->ready == 1; }));
    view[0] = kobj::duplicate_into(child.get(), bell.get()).value().value();
    view[1] = kobj::duplicate_into(child.get(), units.get()).value().value();
    shared->leave = 1;
    test::until_waiting(bell);
    CHECK(test::usage_count(bell) == 2);
    REQUIRE(units.release());
    REQUIRE(bell.set());
    CHECK(test::wait_for_exit(child) == 0);
    CHECK_FALSE(take(bell));
    CHECK_FALSE(take(units));
    CHECK(test::usage_count(bell) == 1);
}

ROLE(wait_for_duplicates) {
    const test::shared<stage> shared(args.handle(1));
    const auto numbers = kobj::file_mapping::open(args.text(0)).value();
    const auto view = numbers.map<std::uint64_t>().value();
    shared->ready = 1;
    ROLE_CHECK(test::eventually([&] { return shared->leave == 1; }));
    const handle_value bell(static_cast<std::uintptr_t>(view[0]));
    const handle_value units(static_cast<std::uintptr_t>(view[1]));
    const wait_outcome how = kobj::wait_all({bell, units}, test::patience()).value();
    return static_cast<int>(how.status);
}
