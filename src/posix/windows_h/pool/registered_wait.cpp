#include <cstdint>
#include <utility>

#include "posix/windows_h/call.hpp"
#include "posix/windows_h/pool/ending.hpp"
#include "posix/windows_h/pool/state.hpp"

using namespace kobj::windows_h;

namespace {

class registered_wait final : public pool::source, public pool::wait_thread::member {
public:
    registered_wait(pool::state& pool, WAITORTIMERCALLBACK callback, PVOID context, DWORD limit, ULONG flags)
        : source(pool::manner_of(flags)),
          pool_(pool),
          callback_(callback),
          context_(context),
          limit_(limit),
          once_((flags & WT_EXECUTEONLYONCE) != 0),
          in_wait_thread_((flags & WT_EXECUTEINWAITTHREAD) != 0) {}

    /// What the wait thread knows it by.
    void set_key(HANDLE own) { key_ = reinterpret_cast<std::uintptr_t>(own); }
    [[nodiscard]] std::uint64_t key() const { return key_; }

    /// Unless a callback has come already, which begins the time anew.
    void begin_limit(pool::clock::time_point from) {
        if (!has_fired_ && !is_closed()) set_limit(from);
    }

private:
    enum how : unsigned { was_signaled, timed_out };

    void signaled(pool::gate_lock& lock) override { fire(lock, was_signaled); }
    void come_due(pool::gate_lock& lock, pool::clock::time_point) override { fire(lock, timed_out); }

    void set_limit(pool::clock::time_point from) {
        if (limit_ != INFINITE) pool_.waits.set_limit(*this, from + std::chrono::milliseconds(limit_));
    }

    void fire(pool::gate_lock& lock, how why) {
        if (is_closed() || (once_ && has_fired_)) return;
        const auto self = shared_from_this();
        has_fired_ = true;
        pool_.waits.clear_limit(*this);
        if (in_wait_thread_) {
            run(pool_, lock, why);
            if (once_ || is_closed()) return;
            set_limit(pool::clock::now());
            go_on(lock);
        } else {
            ++(why == was_signaled ? signals_ : time_outs_);
            pool_.everyday->add(*this);
        }
    }

    void go_on(pool::gate_lock& lock) {
        lock.unlock();
        pool_.waits.resume(key_);
        lock.lock();
    }

    unsigned begin() override {
        if (!once_ && !is_closed()) set_limit(pool::clock::now());
        if (signals_ == 0) {
            --time_outs_;
            return timed_out;
        }
        --signals_;
        return was_signaled;
    }

    // The object is looked at again from the begin of a callback on, so that no more of them queue up than threads
    // can begin with.
    void call(unsigned why) override {
        if (!in_wait_thread_ && !once_ && why == was_signaled) pool_.waits.resume(key_);
        callback_(context_, why == timed_out ? TRUE : FALSE);
    }

    pool::state& pool_;
    const WAITORTIMERCALLBACK callback_;
    const PVOID context_;
    const DWORD limit_;
    const bool once_;
    const bool in_wait_thread_;
    std::uint64_t key_ = 0;
    bool has_fired_ = false;
    unsigned signals_ = 0;  ///< queued callbacks of each kind
    unsigned time_outs_ = 0;
};

}  // namespace

BOOL RegisterWaitForSingleObject(PHANDLE made, HANDLE object, WAITORTIMERCALLBACK callback, PVOID context,
                                 ULONG milliseconds, ULONG flags) {
    if (made == nullptr || callback == nullptr) return refuse(ERROR_INVALID_PARAMETER);
    return guarded([&]() -> BOOL {
        pool::state& p = pool::state::of_process();
        const auto now = pool::clock::now();
        const auto wait = std::make_shared<registered_wait>(p, callback, context, milliseconds, flags);
        HANDLE own = nullptr;
        {
            const std::lock_guard lock(p.gate);
            own = p.add(wait);
            wait->set_key(own);
            p.everyday->raise_maximum(pool::maximum_of(flags));
        }
        // The callback may look at the handle, and come before this returns.
        const HANDLE before = std::exchange(*made, own);
        const auto added = p.waits.add(wait->key(), wait, object);
        const std::lock_guard lock(p.gate);
        if (!added) {
            p.remove(own);
            *made = before;
            return refuse(added.error().value());
        }
        wait->begin_limit(now);
        return TRUE;
    });
}

BOOL UnregisterWaitEx(HANDLE which, HANDLE event) {
    return guarded([&]() -> BOOL {
        pool::state& p = pool::state::of_process();
        pool::ending end(event);
        if (end.error() != 0) return refuse(end.error());
        pool::gate_lock lock(p.gate);
        const auto wait = p.find<registered_wait>(which);
        if (!wait) return refuse(ERROR_INVALID_HANDLE);
        p.remove(which);
        p.waits.clear_limit(*wait);
        end.close(*wait);
        lock.unlock();
        p.waits.remove(wait->key());
        lock.lock();
        end.await(p, lock, *wait);
        lock.unlock();
        return end.answer();
    });
}

BOOL UnregisterWait(HANDLE which) {
    return UnregisterWaitEx(which, nullptr);
}
