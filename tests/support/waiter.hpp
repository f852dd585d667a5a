#pragma once

#include "state.hpp"
#include "watchdog.hpp"

#include <kobj/kobj.hpp>

#include <atomic>
#include <functional>
#include <initializer_list>
#include <thread>
#include <utility>
#include <vector>

namespace test {

/// One wait in a thread of its own. What it ended with is read by the test.
class waiter {
public:
    using outcome = kobj::result<kobj::wait_outcome>;

    /// `then` runs in the thread, behind the wait: for example to release a mutex.
    explicit waiter(std::function<outcome()> wait, std::function<void()> then = {})
        : thread_([this, wait = std::move(wait), then = std::move(then)] {
              outcome_ = wait();
              if (then) then();
              done_ = true;
          }) {}
    waiter(const waiter&) = delete;
    waiter& operator=(const waiter&) = delete;
    ~waiter() {
        if (thread_.joinable()) thread_.join();
    }

    [[nodiscard]] bool done() const { return done_; }
    /// Waits for the end of the thread.
    kobj::wait_outcome get() {
        if (thread_.joinable()) thread_.join();
        return outcome_.value();
    }
    kobj::wait_status status() { return get().status; }
    kobj::errc error() {
        if (thread_.joinable()) thread_.join();
        return error_of(outcome_);
    }

private:
    outcome outcome_ = kobj::errc::invalid_state;
    std::atomic<bool> done_{false};
    std::thread thread_;
};

inline waiter wait_one(kobj::handle_value object, kobj::timeout limit = patience(), std::function<void()> then = {}) {
    return waiter(
        [=]() -> waiter::outcome {
            auto how = kobj::wait(object, limit);
            if (!how) return std::move(how).error();
            return kobj::wait_outcome{*how, 0};
        },
        std::move(then));
}
template <class Object>
requires requires(const Object& object) {
    object.get();
}
waiter wait_one(const Object& object, kobj::timeout limit = patience(), std::function<void()> then = {}) {
    return wait_one(object.get(), limit, std::move(then));
}
inline waiter wait_any(std::vector<kobj::handle_value> objects, kobj::timeout limit = patience(),
                       std::function<void()> then = {}) {
    return waiter([=] { return kobj::wait_any(objects, limit); }, std::move(then));
}
inline waiter wait_all(std::vector<kobj::handle_value> objects, kobj::timeout limit = patience(),
                       std::function<void()> then = {}) {
    return waiter([=] { return kobj::wait_all(objects, limit); }, std::move(then));
}

/// Takes the signal of an auto-reset event, a synchronization timer or one unit, if there is one now.
template <class Object>
bool take(const Object& object) {
    return kobj::wait(object.get(), std::chrono::seconds(0)).value() == kobj::wait_status::signaled;
}

}  // namespace test
