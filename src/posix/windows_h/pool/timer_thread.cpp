#include "posix/windows_h/pool/timer_thread.hpp"

#include "posix/windows_h/pool/state.hpp"
#include "posix/windows_h/pool/thread.hpp"

namespace kobj::windows_h::pool {

bool timer_thread::start() {
    if (!running_) running_ = start_thread(run, this);
    return running_;
}

void timer_thread::set(deadlines::entry& which, clock::time_point due) {
    const bool is_first = due < all_.earliest();
    all_.set(which, due);
    if (start() && is_first) wake();
}

/// A callback may end the thread; then there is a new one.
struct timer_thread::presence {
    state& pool;
    gate_lock lock{pool.gate};

    ~presence() {
        if (!pool.is_ours()) return;
        if (!lock.owns_lock()) lock.lock();
        pool.timers.running_ = false;
        if (!pool.stopped) pool.timers.start();
    }
};

void* timer_thread::run(void* argument) {
    auto& self = *static_cast<timer_thread*>(argument);
    state& pool = state::of_process();
    presence here{pool};
    while (!pool.stopped) {
        const clock::time_point first = self.all_.earliest();
        if (first == clock::time_point::max())
            self.changed_.wait(here.lock);
        else if (first > clock::now())
            self.changed_.wait_until(here.lock, first);
        self.all_.expire(here.lock, clock::now());
    }
    return nullptr;
}

}  // namespace kobj::windows_h::pool
