#include "posix/windows_h/pool/threadpool.hpp"

#include <cstdint>

using namespace kobj::windows_h;

struct _TP_WAIT final : threadpool_object {
    _TP_WAIT(PTP_WAIT_CALLBACK callback, PVOID context, PTP_CALLBACK_ENVIRON environment)
        : threadpool_object(environment, context), callback_(callback) {}

    /// Without the gate. Did it wait for something until now?
    bool set(HANDLE object, const FILETIME* limit);

private:
    enum how : unsigned { was_signaled, timed_out };

    /// Waits for one object once.
    class watch final : public pool::wait_thread::member, public std::enable_shared_from_this<watch> {
    public:
        watch(_TP_WAIT& owner, std::uint64_t key) : key_(key), owner_(&owner) {}

        [[nodiscard]] std::uint64_t key() const { return key_; }
        void forget_owner() { owner_ = nullptr; }

    private:
        void signaled(pool::gate_lock& lock) override { fire(lock, was_signaled); }
        void come_due(pool::gate_lock& lock, pool::clock::time_point) override { fire(lock, timed_out); }

        void fire(pool::gate_lock& lock, how why) {
            if (owner_ == nullptr) return;
            const auto self = shared_from_this();
            pool::state& p = owner_->pool_;
            _TP_WAIT::fire(*std::exchange(owner_, nullptr), why);
            lock.unlock();
            p.waits.remove(key_);
            lock.lock();
        }

        const std::uint64_t key_;
        _TP_WAIT* owner_;
    };

    /// With the gate held.
    static void fire(_TP_WAIT& which, how why) {
        which.pool_.waits.clear_limit(*which.watch_);
        which.watch_.reset();
        ++(why == was_signaled ? which.signals_ : which.time_outs_);
        which.queue_one();
    }
    std::shared_ptr<watch> take_watch() {
        if (watch_) {
            pool_.waits.clear_limit(*watch_);
            watch_->forget_owner();
        }
        return std::move(watch_);
    }
    void stop(pool::gate_lock& lock) override {
        const std::shared_ptr<watch> old = take_watch();
        if (!old) return;
        lock.unlock();
        pool_.waits.remove(old->key());
        lock.lock();
    }

    unsigned begin() override {
        if (signals_ == 0) {
            --time_outs_;
            return timed_out;
        }
        --signals_;
        return was_signaled;
    }
    void cancelled() override { signals_ = time_outs_ = 0; }
    void invoke(PTP_CALLBACK_INSTANCE instance, unsigned why) override {
        callback_(instance, context_, this, why == timed_out ? WAIT_TIMEOUT : WAIT_OBJECT_0);
    }

    const PTP_WAIT_CALLBACK callback_;
    std::shared_ptr<watch> watch_;
    unsigned signals_ = 0;  ///< queued callbacks of each kind
    unsigned time_outs_ = 0;
};

bool _TP_WAIT::set(HANDLE object, const FILETIME* limit) {
    std::shared_ptr<watch> old;
    std::shared_ptr<watch> made;
    {
        const std::lock_guard lock(pool_.gate);
        old = take_watch();
        if (object != nullptr) watch_ = made = std::make_shared<watch>(*this, pool_.new_key());
    }
    if (old) pool_.waits.remove(old->key());
    if (!made) return old != nullptr;
    const auto added = pool_.waits.add(made->key(), made, object);
    const std::lock_guard lock(pool_.gate);
    if (watch_ != made) return old != nullptr;  // it has come already
    if (!added)
        take_watch();
    else if (limit != nullptr)
        pool_.waits.set_limit(*made, time_of(*limit));
    if (!added) SetLastError(added.error().value());
    return old != nullptr;
}

PTP_WAIT CreateThreadpoolWait(PTP_WAIT_CALLBACK callback, PVOID context, PTP_CALLBACK_ENVIRON environment) {
    return make_threadpool_object<_TP_WAIT>(callback, context, environment);
}
BOOL SetThreadpoolWaitEx(PTP_WAIT wait, HANDLE object, PFILETIME limit, PVOID) {
    try {
        return wait->set(object, limit) ? TRUE : FALSE;
    } catch (const std::bad_alloc&) {
        return refuse(ERROR_NOT_ENOUGH_MEMORY);
    }
}
void SetThreadpoolWait(PTP_WAIT wait, HANDLE object, PFILETIME limit) {
    SetThreadpoolWaitEx(wait, object, limit, nullptr);
}
void WaitForThreadpoolWaitCallbacks(PTP_WAIT wait, BOOL cancel) {
    await_callbacks(wait, cancel);
}
void CloseThreadpoolWait(PTP_WAIT wait) {
    close_object(wait);
}
