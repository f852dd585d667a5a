#pragma once

#include <memory>
#include <new>
#include <unordered_set>
#include <utility>

#include <windows.h>

#include "posix/windows_h/call.hpp"
#include "posix/windows_h/pool/state.hpp"

// What the objects of threadpoolapiset.h have in common.
namespace kobj::windows_h {

/// A work, timer, wait object or a simple callback. With the gate held, where nothing else is said.
class threadpool_object : public pool::source {
public:
    /// Without the gate, as a member of the environment's cleanup group.
    template <class Object, class... Args>
    static std::shared_ptr<Object> make(PTP_CALLBACK_ENVIRON environment, Args&&... args);

    void queue_one() { threads_->add(*this); }
    void cancel() { threads_->cancel(*this); }
    /// Out of its group, and gone behind its last callback. May open the gate for a while.
    void end(pool::gate_lock& lock);
    /// What a cleanup group that is cancelled calls. Without the gate.
    void tell_cancelled(PVOID cleanup_context) {
        if (on_cancel_ != nullptr) on_cancel_(context_, cleanup_context);
    }
    void forget_group() { group_ = nullptr; }
    /// Without the gate, from inside a callback.
    bool may_run_long() {
        const std::lock_guard lock(pool_.gate);
        set_runs_long();
        return threads_->has_room();
    }

    pool::state& pool() { return pool_; }

protected:
    threadpool_object(PTP_CALLBACK_ENVIRON environment, PVOID context);

    /// No new callbacks. May open the gate for a while.
    virtual void stop(pool::gate_lock&) {}
    /// Without the gate.
    virtual void invoke(PTP_CALLBACK_INSTANCE instance, unsigned how) = 0;

    pool::state& pool_;
    const PVOID context_;

private:
    void call(unsigned how) final;

    PTP_SIMPLE_CALLBACK on_end_ = nullptr;
    PTP_CLEANUP_GROUP_CANCEL_CALLBACK on_cancel_ = nullptr;
    PTP_CLEANUP_GROUP group_ = nullptr;
    std::shared_ptr<pool::workers> threads_;
    std::shared_ptr<threadpool_object> self_;  ///< until it is closed
};

/// Makes an object, or NULL with the last error.
template <class Object, class Callback>
Object* make_threadpool_object(Callback callback, PVOID context, PTP_CALLBACK_ENVIRON environment) noexcept {
    if (callback == nullptr) return refuse_handle(ERROR_INVALID_PARAMETER);
    try {
        return threadpool_object::make<Object>(environment, callback, context).get();
    } catch (const std::bad_alloc&) {
        return refuse_handle(ERROR_NOT_ENOUGH_MEMORY);
    }
}

void await_callbacks(threadpool_object* object, BOOL cancel) noexcept;
void close_object(threadpool_object* object) noexcept;

/// A FILETIME as the thread pool takes it: from now on when negative, else a wall-clock time.
pool::clock::time_point time_of(const FILETIME& when) noexcept;

}  // namespace kobj::windows_h

struct _TP_POOL {
    std::shared_ptr<kobj::windows_h::pool::workers> threads;
};

struct _TP_CLEANUP_GROUP {
    std::unordered_set<std::shared_ptr<kobj::windows_h::threadpool_object>> members;
};

/// What a callback asks for while it runs is done behind it.
struct _TP_CALLBACK_INSTANCE {
    kobj::windows_h::threadpool_object& from;
    HANDLE event = nullptr;
    HANDLE semaphore = nullptr;
    DWORD units = 0;
    HANDLE mutex = nullptr;
    PCRITICAL_SECTION section = nullptr;

    explicit _TP_CALLBACK_INSTANCE(kobj::windows_h::threadpool_object& of) : from(of) {}
    _TP_CALLBACK_INSTANCE(const _TP_CALLBACK_INSTANCE&) = delete;
    _TP_CALLBACK_INSTANCE& operator=(const _TP_CALLBACK_INSTANCE&) = delete;
    ~_TP_CALLBACK_INSTANCE();
};

template <class Object, class... Args>
std::shared_ptr<Object> kobj::windows_h::threadpool_object::make(PTP_CALLBACK_ENVIRON environment, Args&&... args) {
    auto made = std::make_shared<Object>(std::forward<Args>(args)..., environment);
    threadpool_object& object = *made;
    const std::lock_guard lock(object.pool_.gate);
    if (object.group_ != nullptr) object.group_->members.insert(made);
    object.self_ = made;
    return made;
}
