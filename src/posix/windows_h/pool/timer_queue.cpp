#include <unordered_set>
#include <vector>

#include "posix/windows_h/call.hpp"
#include "posix/windows_h/pool/ending.hpp"
#include "posix/windows_h/pool/state.hpp"

using namespace kobj::windows_h;

namespace {

struct timer_queue final : pool::item {
    std::unordered_set<HANDLE> timers;
};

class queue_timer final : public pool::source, public pool::deadlines::entry {
public:
    queue_timer(pool::state& pool, WAITORTIMERCALLBACK callback, PVOID context, ULONG flags, HANDLE owner)
        : source(pool::manner_of(flags)),
          queue(owner),
          pool_(pool),
          callback_(callback),
          context_(context),
          in_timer_thread_((flags & WT_EXECUTEINTIMERTHREAD) != 0) {}

    void set(DWORD due, DWORD period) {
        period_ = std::chrono::milliseconds(period);
        if (due == INFINITE)
            pool_.timers.clear(*this);
        else
            pool_.timers.set(*this, pool::clock::now() + std::chrono::milliseconds(due));
    }
    /// A timer that is due once does not start again.
    void change(DWORD due, DWORD period) {
        if (!is_over_) set(due, period);
    }

    const HANDLE queue;  ///< NULL: the default one

private:
    void come_due(pool::gate_lock& lock, pool::clock::time_point due) override {
        const auto self = shared_from_this();
        is_over_ = period_.count() == 0;
        if (!is_over_) {
            // What was missed is not made up for.
            const auto late = pool::clock::now() - due;
            pool_.timers.set(*this, due + period_ * (late / period_ + 1));
        }
        if (in_timer_thread_)
            run(pool_, lock, 0);
        else
            pool_.everyday->add(*this);
    }
    void call(unsigned) override { callback_(context_, TRUE); }

    pool::state& pool_;
    const WAITORTIMERCALLBACK callback_;
    const PVOID context_;
    const bool in_timer_thread_;
    std::chrono::milliseconds period_{};
    bool is_over_ = false;
};

/// Takes the timer out of everything but its queue.
void close(pool::state& p, pool::ending& end, HANDLE which, queue_timer& timer) {
    p.remove(which);
    p.timers.clear(timer);
    end.close(timer);
}

/// Which queue a timer belongs to the timer knows itself.
bool is_queue(const pool::state& p, HANDLE queue) {
    return queue == nullptr || p.find<timer_queue>(queue) != nullptr;
}

BOOL delete_queue(HANDLE which, HANDLE event) {
    pool::state& p = pool::state::of_process();
    pool::ending end(event);
    if (end.error() != 0) return refuse(end.error());
    pool::gate_lock lock(p.gate);
    const auto queue = p.find<timer_queue>(which);
    if (!queue) return refuse(ERROR_INVALID_HANDLE);
    std::vector<std::shared_ptr<queue_timer>> timers;
    timers.reserve(queue->timers.size());
    p.remove(which);
    for (const HANDLE each : queue->timers) {
        timers.push_back(p.find<queue_timer>(each));
        close(p, end, each, *timers.back());
    }
    for (const auto& timer : timers) end.await(p, lock, *timer);
    lock.unlock();
    return end.answer();
}

}  // namespace

HANDLE CreateTimerQueue() {
    return guarded([&]() -> HANDLE {
        pool::state& p = pool::state::of_process();
        auto queue = std::make_shared<timer_queue>();
        const std::lock_guard lock(p.gate);
        return p.add(std::move(queue));
    });
}

BOOL CreateTimerQueueTimer(PHANDLE made, HANDLE queue, WAITORTIMERCALLBACK callback, PVOID context, DWORD due,
                           DWORD period, ULONG flags) {
    if (made == nullptr || callback == nullptr) return refuse(ERROR_INVALID_PARAMETER);
    if ((flags & WT_EXECUTEONLYONCE) != 0 && period != 0) return refuse(ERROR_INVALID_PARAMETER);
    return guarded([&]() -> BOOL {
        pool::state& p = pool::state::of_process();
        const auto timer = std::make_shared<queue_timer>(p, callback, context, flags, queue);
        const std::lock_guard lock(p.gate);
        const auto owner = p.find<timer_queue>(queue);
        if (queue != nullptr && !owner) return refuse(ERROR_INVALID_HANDLE);
        if (!p.timers.start()) return refuse(ERROR_NO_SYSTEM_RESOURCES);
        const HANDLE own = p.add(timer);
        try {
            if (owner) owner->timers.insert(own);
        } catch (...) {
            p.remove(own);
            throw;
        }
        // Under the gate: before the callback, which may look at it.
        *made = own;
        timer->set(due, period);
        p.everyday->raise_maximum(pool::maximum_of(flags));
        return TRUE;
    });
}

BOOL ChangeTimerQueueTimer(HANDLE queue, HANDLE which, ULONG due, ULONG period) {
    if (which == nullptr) return refuse(ERROR_INVALID_PARAMETER);
    return guarded([&]() -> BOOL {
        pool::state& p = pool::state::of_process();
        const std::lock_guard lock(p.gate);
        const auto timer = p.find<queue_timer>(which);
        if (!timer || !is_queue(p, queue)) return refuse(ERROR_INVALID_HANDLE);
        timer->change(due, period);
        return TRUE;
    });
}

BOOL DeleteTimerQueueTimer(HANDLE queue, HANDLE which, HANDLE event) {
    if (which == nullptr) return refuse(ERROR_INVALID_PARAMETER);
    return guarded([&]() -> BOOL {
        pool::state& p = pool::state::of_process();
        pool::ending end(event);
        if (end.error() != 0) return refuse(end.error());
        pool::gate_lock lock(p.gate);
        const auto timer = p.find<queue_timer>(which);
        if (!timer || !is_queue(p, queue)) return refuse(ERROR_INVALID_HANDLE);
        if (const auto owner = p.find<timer_queue>(timer->queue)) owner->timers.erase(which);
        close(p, end, which, *timer);
        end.await(p, lock, *timer);
        lock.unlock();
        return end.answer();
    });
}

BOOL DeleteTimerQueueEx(HANDLE which, HANDLE event) {
    return guarded([&]() -> BOOL { return delete_queue(which, event); });
}

BOOL DeleteTimerQueue(HANDLE which) {
    return DeleteTimerQueueEx(which, nullptr);
}
