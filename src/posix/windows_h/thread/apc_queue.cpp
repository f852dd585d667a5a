#include "posix/windows_h/thread/apc_queue.hpp"

#include <algorithm>

#include "posix/windows_h/clock/clock.hpp"

namespace kobj::windows_h {

posix::os::unstopped_mutex& apc_queue::gate() {
    // Never destroyed: threads may end behind static destructors.
    static auto* const only = new posix::os::unstopped_mutex;
    return *only;
}

void apc_queue::push(PAPCFUNC routine, ULONG_PTR argument) {
    queue_.push_back({routine, argument, now_by(CLOCK_MONOTONIC)});
    word.store(1);
}

void apc_queue::clear() {
    queue_.clear();
    word.store(0, std::memory_order_relaxed);
}

std::int64_t apc_queue::timer::when(std::int64_t now) const noexcept {
    return setting.absolute ? now + (setting.due - now_by(CLOCK_REALTIME)) : setting.due;
}

void apc_queue::forget_dead_timers() {
    std::erase_if(timers_, [](const timer& t) { return !detail::is_in_force(t.setting); });
}

bool apc_queue::pending() {
    if (word.load(std::memory_order_acquire) != 0) return true;
    if (timers_.empty()) return false;
    forget_dead_timers();
    const std::int64_t now = now_by(CLOCK_MONOTONIC);
    return std::any_of(timers_.begin(), timers_.end(), [&](const timer& t) { return t.when(now) <= now; });
}

std::int64_t apc_queue::due() {
    std::int64_t first = never;
    for (const timer& t : timers_) {
        const std::int64_t now = now_by(CLOCK_MONOTONIC);
        first = std::min(first, t.when(now));
        // The wall clock may be set meanwhile.
        if (t.setting.absolute) first = std::min(first, now + 1'000'000'000);
    }
    return first;
}

bool apc_queue::take(apc& next) {
    forget_dead_timers();
    const std::int64_t now = now_by(CLOCK_MONOTONIC);
    const auto earlier = [&](const timer& a, const timer& b) { return a.when(now) < b.when(now); };
    const auto first = std::min_element(timers_.begin(), timers_.end(), earlier);
    const std::int64_t due = first == timers_.end() ? never : first->when(now);
    {
        const std::lock_guard hold(gate());
        if (!queue_.empty() && queue_.front().since <= due) {
            next = {.routine = queue_.front().routine, .argument = queue_.front().argument};
            queue_.pop_front();
            if (queue_.empty()) word.store(0, std::memory_order_relaxed);
            return true;
        }
    }
    if (due > now) return false;
    detail::timer_setting& setting = first->setting;
    next = {.timer_routine = first->routine,
            .timer_argument = first->argument,
            .due = file_time(file_ticks(now_by(CLOCK_REALTIME) - (now - due)))};
    if (setting.period == 0) {
        timers_.erase(first);
    } else {
        // It keeps its rhythm; what became due meanwhile is one call.
        setting.absolute = false;
        setting.due = due + ((now - due) / setting.period + 1) * setting.period;
    }
    return true;
}

void apc_queue::add(const detail::timer_setting& setting, PTIMERAPCROUTINE routine, LPVOID argument) {
    forget_dead_timers();
    timers_.push_back({setting, routine, argument});
}

}  // namespace kobj::windows_h
