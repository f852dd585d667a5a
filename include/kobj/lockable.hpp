#pragma once

#include <kobj/mutex.hpp>

#include <chrono>
#include <utility>

namespace kobj {

/// A mutex as a TimedLockable, for std::unique_lock and std::scoped_lock, that does not swallow abandonment:
/// when the former owner ended without releasing, `on_abandoned` runs under the lock before the caller goes on.
/// If it throws, the mutex is released again and the exception goes on. An error of the mutex is thrown as kobj::error.
///
/// Refers to the mutex, which must outlive it.
template <class OnAbandoned>
class lockable {
public:
    explicit lockable(mutex& target, OnAbandoned on_abandoned)
        : target_(&target), on_abandoned_(std::move(on_abandoned)) {}

    void lock() { (void)take(infinite); }
    bool try_lock() { return take(std::chrono::nanoseconds(0)); }
    template <class Rep, class Period>
    bool try_lock_for(const std::chrono::duration<Rep, Period>& length) {
        return take(length);
    }
    template <class Clock, class Duration>
    bool try_lock_until(const std::chrono::time_point<Clock, Duration>& until) {
        return take(until);
    }
    /// Throws kobj::error not_owner (288) when this thread does not own it.
    void unlock() { target_->release().value(); }

private:
    bool take(timeout limit) {
        const wait_status how = target_->acquire(limit).value();
        if (how == wait_status::abandoned) {
            struct release_on_throw {
                mutex* held;
                ~release_on_throw() {
                    if (held != nullptr) (void)held->release();
                }
            } guard{target_};
            on_abandoned_();
            guard.held = nullptr;
        }
        return how != wait_status::timed_out;
    }

    mutex* target_;
    OnAbandoned on_abandoned_;
};

}  // namespace kobj
