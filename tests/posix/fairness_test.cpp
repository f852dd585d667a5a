#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/state.hpp"
#include "support/waiter.hpp"

#include <kobj/kobj.hpp>

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using kobj::event;
using kobj::handle_value;
using kobj::semaphore;
using kobj::wait_outcome;
using kobj::wait_status;
using test::take;

// Who waits first is served first. Windows documents no order; this is what kobj promises on POSIX.

namespace {

constexpr int threads = 5;

// Threads that wait for one object, queued one behind the other; each is known by when it came.
class queue {
public:
    explicit queue(handle_value object) {
        for (int i = 0; i < threads; ++i) {
            waiters_.emplace_back([=] { return kobj::wait_any({object}, test::patience()); },
                                  [this, i] {
                                      const std::lock_guard hold(lock_);
                                      order_.push_back(i);
                                  });
            test::until_waiting(object, static_cast<std::size_t>(i) + 1);
        }
    }
    // One signal, and the thread that goes on with it.
    bool next_is(int i, const std::function<void()>& signal) {
        signal();
        return test::eventually([&] {
                   const std::lock_guard hold(lock_);
                   return order_.size() > static_cast<std::size_t>(i);
               }) &&
               order_.at(static_cast<std::size_t>(i)) == i;
    }

private:
    std::mutex lock_;
    std::vector<int> order_;
    std::deque<test::waiter> waiters_;
};

}  // namespace

TEST_CASE("An auto-reset event serves those who wait in the order in which they came", "[fairness][event]") {
    event bell = event::create().value();
    queue waiting(bell.get());
    for (int i = 0; i < threads; ++i) CHECK(waiting.next_is(i, [&] { bell.set().value(); }));
    CHECK_FALSE(take(bell));
}

TEST_CASE("A semaphore serves those who wait in the order in which they came", "[fairness][semaphore]") {
    semaphore units = semaphore::create(0, threads).value();
    queue waiting(units.get());
    for (int i = 0; i < threads; ++i) CHECK(waiting.next_is(i, [&] { units.release().value(); }));
    CHECK_FALSE(take(units));
}

TEST_CASE("A synchronization timer serves those who wait in the order in which they came", "[fairness][timer]") {
    kobj::timer clock = kobj::timer::create().value();
    queue waiting(clock.get());
    for (int i = 0; i < threads; ++i) CHECK(waiting.next_is(i, [&] { clock.set(1ms).value(); }));
    CHECK_FALSE(take(clock));
}

TEST_CASE("A pulse of an auto-reset event serves the one that came first", "[fairness][event]") {
    event bell = event::create().value();
    queue waiting(bell.get());
    for (int i = 0; i < threads; ++i) CHECK(waiting.next_is(i, [&] { bell.pulse().value(); }));
    CHECK_FALSE(take(bell));
}

TEST_CASE("A wait for any stands in the queue of each object where it came", "[fairness][any]") {
    event bell = event::create().value();
    event other = event::create().value();
    auto first = test::wait_one(bell);
    test::until_waiting(bell, 1);
    auto second = test::wait_any({other.get(), bell.get()});
    test::until_waiting(bell, 2);
    auto third = test::wait_one(bell);
    test::until_waiting(bell, 3);
    bell.set().value();
    CHECK(first.status() == wait_status::signaled);
    CHECK_FALSE(second.done());
    bell.set().value();
    CHECK(second.get() == wait_outcome{wait_status::signaled, 1});
    CHECK_FALSE(third.done());
    bell.set().value();
    CHECK(third.status() == wait_status::signaled);
    CHECK_FALSE(take(other));
}

TEST_CASE("A wait for all that came first is served first once it can have everything", "[fairness][all]") {
    event bell = event::create().value();
    semaphore units = semaphore::create(0, 1).value();
    auto both = test::wait_all({units.get(), bell.get()});
    test::until_waiting(bell, 1);
    auto one = test::wait_one(bell);
    test::until_waiting(bell, 2);
    // While it lacks a unit, the bell is for those behind it.
    bell.set().value();
    CHECK(one.status() == wait_status::signaled);
    CHECK_FALSE(both.done());
    auto later = test::wait_one(bell);
    test::until_waiting(bell, 2);
    units.release().value();
    CHECK_FALSE(both.done());
    bell.set().value();
    CHECK(both.get() == wait_outcome{wait_status::signaled, 0});
    CHECK_FALSE(later.done());
    bell.set().value();
    CHECK(later.status() == wait_status::signaled);
}

TEST_CASE("A thread whose wait timed out is out of the queue", "[fairness]") {
    event bell = event::create().value();
    auto first = test::wait_one(bell, 20ms);
    test::until_waiting(bell, 1);
    auto second = test::wait_one(bell);
    CHECK(first.status() == wait_status::timed_out);
    test::until_waiting(bell, 1);
    bell.set().value();
    CHECK(second.status() == wait_status::signaled);
    CHECK_FALSE(take(bell));
}
