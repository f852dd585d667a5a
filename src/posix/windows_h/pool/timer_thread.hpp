#pragma once

#include "posix/windows_h/pool/deadlines.hpp"

#include <condition_variable>

namespace kobj::windows_h::pool {

/// Looks after the deadlines of timers. All with the gate held.
class timer_thread {
public:
    /// False when there is no thread for it and none can be started.
    bool start();
    void set(deadlines::entry& which, clock::time_point due);
    void clear(deadlines::entry& which) { all_.clear(which); }
    void wake() { changed_.notify_one(); }

private:
    struct presence;
    static void* run(void*);

    deadlines all_;
    std::condition_variable changed_;
    bool running_ = false;
};

}  // namespace kobj::windows_h::pool
