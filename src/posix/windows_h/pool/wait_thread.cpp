#include "posix/windows_h/pool/wait_thread.hpp"

#include <new>
#include <thread>

#include "posix/arena/handle_history.hpp"
#include "posix/windows_h/pool/state.hpp"
#include "posix/windows_h/pool/thread.hpp"

namespace kobj::windows_h::pool {

namespace {

constexpr std::uint64_t poke_key = 0;

timeout until(clock::time_point when) {
    if (when == clock::time_point::max()) return infinite;
    return when - clock::now();
}

}  // namespace

// With the gate held.
result<void> wait_thread::start() {
    if (running_) return {};
    if (!set_) {
        const posix::handle_history::own_work own;
        auto set = wait_set::create();
        if (!set) return std::move(set).error();
        auto poke = event::create();
        if (!poke) return std::move(poke).error();
        if (auto added = set->add(poke->get(), poke_key); !added) return std::move(added).error();
        set_ = *std::move(set);
        poke_ = *std::move(poke);
    }
    running_ = start_thread(run, this);
    if (!running_) return errc::no_system_resources;
    return {};
}

result<void> wait_thread::add(std::uint64_t key, std::shared_ptr<member> made, HANDLE object) {
    {
        const std::lock_guard lock(pool_.gate);
        if (auto started = start(); !started) return std::move(started).error();
        try {
            members_.emplace(key, std::move(made));
        } catch (const std::bad_alloc&) {
            return errc::not_enough_memory;
        }
    }
    // A pseudo handle means the caller's process or thread.
    handle real;
    auto value = handle_value::from_native(object);
    auto added = result<void>();
    if (value == current_process() || value == current_thread()) {
        auto copy = duplicate(value);
        if (copy) {
            real = *std::move(copy);
            value = real.get();
        } else {
            added = std::move(copy).error();
        }
    }
    if (added) added = set_.add(value, key);
    if (!added) {
        const std::lock_guard lock(pool_.gate);
        members_.erase(key);
    }
    return added;
}

void wait_thread::remove(std::uint64_t key) {
    (void)set_.remove(key);
    const std::lock_guard lock(pool_.gate);
    members_.erase(key);
}

void wait_thread::set_limit(member& which, clock::time_point due) {
    limits_.set(which, due);
    if (due < sleeps_until_) (void)poke_.set();
}

/// A callback may end the thread; then there is a new one.
struct wait_thread::presence {
    state& pool;
    gate_lock lock{pool.gate};

    ~presence() {
        if (!pool.is_ours()) return;
        if (!lock.owns_lock()) lock.lock();
        pool.waits.running_ = false;
        pool.waits.sleeps_until_ = clock::time_point::min();
        if (!pool.stopped) (void)pool.waits.start();
    }
};

void* wait_thread::run(void* argument) {
    auto& self = *static_cast<wait_thread*>(argument);
    presence here{self.pool_};
    while (!self.pool_.stopped) self.work(here.lock);
    return nullptr;
}

void wait_thread::work(gate_lock& lock) {
    sleeps_until_ = limits_.earliest();
    const timeout limit = until(sleeps_until_);
    lock.unlock();
    const auto found = set_.wait_and_pause(limit);
    // The process has left the session, or has no memory now.
    if (!found) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    lock.lock();
    sleeps_until_ = clock::time_point::min();
    if (pool_.stopped) return;
    if (found && found->status != wait_status::timed_out) tell(lock, found->key);
    expire(lock);
}

void wait_thread::tell(gate_lock& lock, std::uint64_t key) {
    if (key == poke_key) {
        lock.unlock();
        resume(key);
        lock.lock();
        return;
    }
    const auto place = members_.find(key);
    if (place == members_.end()) return;
    const std::shared_ptr<member> which = place->second;
    which->signaled(lock);
}

// What was signaled in time comes before what was not, however late this thread is.
void wait_thread::expire(gate_lock& lock) {
    const clock::time_point now = clock::now();
    if (limits_.earliest() > now) return;
    for (std::size_t most = members_.size(); most != 0; --most) {
        lock.unlock();
        const auto found = set_.wait_and_pause(timeout(std::chrono::nanoseconds(0)));
        lock.lock();
        if (pool_.stopped) return;
        if (!found || found->status == wait_status::timed_out) break;
        tell(lock, found->key);
    }
    limits_.expire(lock, now);
}

}  // namespace kobj::windows_h::pool
