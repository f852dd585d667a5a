#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/role.hpp"
#include "support/session.hpp"
#include "support/state.hpp"

#include <kobj/kobj.hpp>

#include <chrono>
#include <thread>
#include <vector>

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

// What only POSIX has of wait sets: mutexes, fork, kills, descriptors.

using namespace std::chrono_literals;
using kobj::errc;
using kobj::wait_status;
using test::error_of;

namespace {

bool is_readable(int fd) {
    pollfd ask{fd, POLLIN, 0};
    return poll(&ask, 1, 0) == 1;
}

std::uint32_t references(kobj::handle_value value) {
    const auto all = kobj::inspect::take_snapshot().value();
    const auto table = kobj::inspect::handle_table().value();
    for (const auto& handle : table) {
        if (handle.value != value) continue;
        for (const auto& object : all.objects)
            if (object.object == handle.object) return object.reference_count;
    }
    return 0;
}

}  // namespace

TEST_CASE("A mutex in a wait set is owned by the thread that got it", "[wait_set][mutex]") {
    auto set = kobj::wait_set::create().value();
    auto mutex = kobj::mutex::create().value();
    REQUIRE(set.add(mutex.get(), 1).has_value());
    CHECK(set.wait().value().key == 1);
    std::thread([&] { CHECK(set.wait(0s).value().status == wait_status::timed_out); }).join();
    std::thread other([&] {
        CHECK(set.wait().value().key == 1);
        CHECK(mutex.release().has_value());
    });
    CHECK(mutex.release().has_value());
    other.join();
}

TEST_CASE("A wait set tells of a mutex that was abandoned", "[wait_set][abandon]") {
    auto set = kobj::wait_set::create().value();
    auto mutex = kobj::mutex::create().value();
    auto held = kobj::event::create().value();
    auto die = kobj::event::create().value();
    std::thread owner([&] {
        CHECK(mutex.acquire().has_value());
        CHECK(held.set().has_value());
        CHECK(die.wait().has_value());
    });
    CHECK(held.wait().has_value());
    REQUIRE(set.add(mutex.get(), 1).has_value());
    CHECK(set.wait(0s).value().status == wait_status::timed_out);
    std::thread later([&] { CHECK(die.set().has_value()); });
    const auto got = set.wait().value();
    CHECK(got.key == 1);
    CHECK(got.status == wait_status::abandoned);
    later.join();
    owner.join();
    CHECK(mutex.release().has_value());
}

ROLE(wait_in_a_set) {
    auto set = kobj::wait_set::create().value();
    for (std::size_t i = 0; i < args.size(); ++i) ROLE_CHECK(set.add(args.handle(i), i).has_value());
    (void)set.wait();
    return 0;
}

TEST_CASE("A killed process's wait set takes nothing, and leaves nothing", "[wait_set][kill]") {
    auto event = kobj::event::create({.inheritable = true}).value();
    auto units = kobj::semaphore::create(0, 5, {.inheritable = true}).value();
    kobj::process child = test::start_role("wait_in_a_set", {event, units});
    REQUIRE(test::eventually([&] { return references(event.get()) == 1 && references(units.get()) == 1; }));
    test::kill_hard(child);
    CHECK(test::usage_count(event) == 1);
    CHECK(references(event.get()) == 0);
    CHECK(references(units.get()) == 0);
    CHECK(event.set().has_value());
    CHECK(event.wait(0s).value() == wait_status::signaled);
    CHECK(units.release(3).value() == 0);
    CHECK(units.acquire(0s).value() == wait_status::signaled);
}

TEST_CASE("A wait set is empty in a forked child", "[wait_set][fork]") {
    auto set = kobj::wait_set::create().value();
    auto event = kobj::event::create({.inheritable = true}).value();
    REQUIRE(set.add(event.get(), 1).has_value());
    const auto descriptor = kobj::native_event_fd::open(event.get()).value();
    const pid_t child = fork();
    if (child == 0) {
        bool good = error_of(set.wait(0s)) == errc::invalid_handle && set.size() == 0;
        set = kobj::wait_set();
        auto own = kobj::wait_set::create().value();
        good = good && own.add(event.get(), 7).has_value() && event.set().has_value() && own.wait()->key == 7;
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
        // The sanitizers' allocator may be locked for ever in a forked child, for the thread that this starts.
        const auto fd = kobj::native_event_fd::open(event.get()).value();
        good = good && event.set().has_value() && test::eventually([&] { return is_readable(fd.get()); });
#endif
        _exit(good ? 0 : 1);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    CHECK(event.set().has_value());
    CHECK(set.wait().value().key == 1);
}

TEST_CASE("A descriptor is readable while its object is signaled", "[native_event_fd]") {
    auto event = kobj::event::create().value();
    auto descriptor = kobj::native_event_fd::open(event.get()).value();
    CHECK_FALSE(is_readable(descriptor.get()));
    for (int i = 0; i < 3; ++i) {
        CHECK(event.set().has_value());
        REQUIRE(test::eventually([&] { return is_readable(descriptor.get()); }));
        // Not taken yet: it stays readable.
        CHECK(descriptor.rearm().has_value());
        REQUIRE(test::eventually([&] { return is_readable(descriptor.get()); }));
        CHECK(event.wait(0s).value() == wait_status::signaled);
        // A report that was on its way may come after the first rearm().
        CHECK(test::eventually([&] { return descriptor.rearm().has_value() && !is_readable(descriptor.get()); }));
    }
}

TEST_CASE("A descriptor of an object that is signaled is readable at once", "[native_event_fd]") {
    const auto event = kobj::event::create({.initially_signaled = true}).value();
    const auto descriptor = kobj::native_event_fd::open(event.get()).value();
    CHECK(test::eventually([&] { return is_readable(descriptor.get()); }));
}

TEST_CASE("Any type of object has a descriptor", "[native_event_fd]") {
    auto timer = kobj::timer::create().value();
    auto units = kobj::semaphore::create(0, 1).value();
    auto mutex = kobj::mutex::create({.initially_owned = true}).value();
    kobj::process child = test::start_role("wait_in_a_set", {});
    const auto of_timer = kobj::native_event_fd::open(timer.get()).value();
    const auto of_units = kobj::native_event_fd::open(units.get()).value();
    const auto of_mutex = kobj::native_event_fd::open(mutex.get()).value();
    const auto of_child = kobj::native_event_fd::open(child.get()).value();
    CHECK(timer.set(5ms).has_value());
    CHECK(units.release().has_value());
    CHECK(mutex.release().has_value());
    test::kill_hard(child);
    for (const auto* each : {&of_timer, &of_units, &of_mutex, &of_child})
        CHECK(test::eventually([&] { return is_readable(each->get()); }));
}

TEST_CASE("A closed descriptor watches nothing", "[native_event_fd]") {
    auto event = kobj::event::create().value();
    auto descriptor = kobj::native_event_fd::open(event.get()).value();
    CHECK(references(event.get()) == 1);
    descriptor.close();
    CHECK(descriptor.get() == -1);
    CHECK(error_of(descriptor.rearm()) == errc::invalid_handle);
    CHECK(references(event.get()) == 0);
}

TEST_CASE("A descriptor's errors are those of a wait", "[native_event_fd][error]") {
    CHECK(error_of(kobj::native_event_fd::open({})) == errc::invalid_handle);
    CHECK(error_of(kobj::native_event_fd::open(kobj::current_thread())) == errc::invalid_handle);
    CHECK(error_of(kobj::native_event_fd::open(kobj::file_mapping::create(1).value().get())) == errc::invalid_handle);
}
