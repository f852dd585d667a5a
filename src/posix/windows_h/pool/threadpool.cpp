#include "posix/windows_h/pool/threadpool.hpp"

#include <algorithm>
#include <cstdint>

using namespace kobj::windows_h;

namespace kobj::windows_h {

namespace {

pool::source::manner manner_in(PTP_CALLBACK_ENVIRON environment) {
    if (environment == nullptr) return {};
    return {.runs_long = environment->u.s.LongFunction != 0,
            .persistent = environment->u.s.Persistent != 0,
            .priority = environment->Version < 3 ? std::size_t{1} : std::size_t{environment->CallbackPriority}};
}

}  // namespace

threadpool_object::threadpool_object(PTP_CALLBACK_ENVIRON environment, PVOID context)
    : source(manner_in(environment)), pool_(pool::state::of_process()), context_(context), threads_(pool_.everyday) {
    if (environment == nullptr) return;
    on_end_ = environment->FinalizationCallback;
    on_cancel_ = environment->CleanupGroupCancelCallback;
    group_ = environment->CleanupGroup;
    if (environment->Pool != nullptr) threads_ = environment->Pool->threads;
}

void threadpool_object::end(pool::gate_lock& lock) {
    if (is_closed()) return;
    close(nullptr);
    const std::shared_ptr<threadpool_object> self = std::move(self_);
    if (group_ != nullptr) group_->members.erase(self);
    group_ = nullptr;
    stop(lock);
}

void threadpool_object::call(unsigned how) {
    _TP_CALLBACK_INSTANCE instance(*this);
    invoke(&instance, how);
    if (on_end_ != nullptr) on_end_(&instance, context_);
}

void await_callbacks(threadpool_object* object, BOOL cancel) noexcept {
    if (object == nullptr) return;
    pool::gate_lock lock(object->pool().gate);
    if (cancel != FALSE) object->cancel();
    object->await(object->pool(), lock);
}

void close_object(threadpool_object* object) noexcept {
    if (object == nullptr) return;
    pool::gate_lock lock(object->pool().gate);
    const auto kept = object->shared_from_this();
    object->end(lock);
    lock.unlock();
}

pool::clock::time_point time_of(const FILETIME& when) noexcept {
    using ticks = std::chrono::duration<std::int64_t, std::ratio<1, 10'000'000>>;
    constexpr ticks longest = std::chrono::hours(24 * 365 * 100);
    const auto value = static_cast<std::int64_t>(std::uint64_t{when.dwHighDateTime} << 32U | when.dwLowDateTime);
    const auto now = pool::clock::now();
    if (value <= 0) return now + std::min(ticks(value < -longest.count() ? longest.count() : -value), longest);
    FILETIME wall;
    GetSystemTimePreciseAsFileTime(&wall);
    const auto current = static_cast<std::int64_t>(std::uint64_t{wall.dwHighDateTime} << 32U | wall.dwLowDateTime);
    return now + std::clamp(ticks(value - current), ticks(0), longest);
}

}  // namespace kobj::windows_h

PTP_POOL CreateThreadpool(PVOID) {
    try {
        auto threads = std::make_shared<pool::workers>(pool::state::of_process());
        return new _TP_POOL{std::move(threads)};
    } catch (const std::bad_alloc&) {
        return refuse_handle(ERROR_NOT_ENOUGH_MEMORY);
    }
}

void SetThreadpoolThreadMaximum(PTP_POOL threads, DWORD most) {
    const std::lock_guard lock(pool::state::of_process().gate);
    threads->threads->set_maximum(most);
}

BOOL SetThreadpoolThreadMinimum(PTP_POOL threads, DWORD least) {
    const std::lock_guard lock(pool::state::of_process().gate);
    return threads->threads->set_minimum(least) ? TRUE : refuse(ERROR_NO_SYSTEM_RESOURCES);
}

void CloseThreadpool(PTP_POOL threads) {
    {
        const std::lock_guard lock(pool::state::of_process().gate);
        threads->threads->close();
    }
    delete threads;
}
