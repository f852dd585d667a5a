#include "posix/windows_h/pool/state.hpp"

#include <pthread.h>

#include <atomic>
#include <cstdlib>

namespace kobj::windows_h::pool {

namespace {

constinit std::atomic<state*> current{nullptr};
constinit state* parents = nullptr;

// Static objects that were there before the pool are destroyed behind it.
void at_exit() {
    state* const pool = current.load();
    if (pool == nullptr) return;
    const std::lock_guard lock(pool->gate);
    pool->stopped = true;
    pool->everyday->drop_all();
    pool->timers.wake();
}

void after_fork_in_child() {
    if (state* const pool = current.exchange(nullptr)) parents = pool;
}

bool set_hooks() {
    return std::atexit(at_exit) == 0 && pthread_atfork(nullptr, nullptr, after_fork_in_child) == 0;
}

}  // namespace

state& state::of_process() {
    if (state* const made = current.load(std::memory_order_acquire)) return *made;
    static const bool hooks_set = set_hooks();
    if (!hooks_set) throw std::bad_alloc();
    auto made = std::make_unique<state>();
    made->left_behind = parents;
    state* other = nullptr;
    if (!current.compare_exchange_strong(other, made.get())) return *other;
    return *made.release();
}

bool state::is_ours() const {
    return current.load(std::memory_order_acquire) == this;
}

HANDLE state::add(std::shared_ptr<item> made) {
    const auto handle = reinterpret_cast<HANDLE>(last_handle_ + step);
    items_.emplace(handle, std::move(made));
    last_handle_ += step;
    return handle;
}

}  // namespace kobj::windows_h::pool
