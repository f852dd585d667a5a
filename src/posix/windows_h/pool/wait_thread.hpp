#pragma once

#include <kobj/event.hpp>
#include <kobj/wait_set.hpp>

#include <cstdint>
#include <memory>
#include <unordered_map>

#include <windows.h>

#include "posix/windows_h/pool/deadlines.hpp"

namespace kobj::windows_h::pool {

struct state;

/// One thread that waits for any number of objects, each with or without a time limit.
class wait_thread {
public:
    /// Waits for one object. Its deadline is the limit: come_due() is called when the object was not signaled in time.
    class member : public deadlines::entry {
    public:
        /// In the wait thread, with its lock of the gate: it has taken the object, and waits for it again after
        /// resume(). May unlock for a while.
        virtual void signaled(gate_lock& lock) = 0;
    };

    explicit wait_thread(state& pool) : pool_(pool) {}

    /// Without the gate. `key` is the caller's, never used before, and not 0.
    result<void> add(std::uint64_t key, std::shared_ptr<member> made, HANDLE object);
    void remove(std::uint64_t key);
    void resume(std::uint64_t key) { (void)set_.resume(key); }

    /// With the gate held.
    void set_limit(member& which, clock::time_point due);
    void clear_limit(member& which) { limits_.clear(which); }

private:
    struct presence;
    static void* run(void*);

    result<void> start();
    void work(gate_lock& lock);
    void tell(gate_lock& lock, std::uint64_t key);
    void expire(gate_lock& lock);

    state& pool_;
    bool running_ = false;
    wait_set set_;
    event poke_;  ///< ends the sleep before its time
    std::unordered_map<std::uint64_t, std::shared_ptr<member>> members_;
    deadlines limits_;
    clock::time_point sleeps_until_ = clock::time_point::min();
};

}  // namespace kobj::windows_h::pool
