#include "posix/windows_h/pool/source.hpp"

#include <pthread.h>

#include <utility>

#include "posix/windows_h/pool/state.hpp"

namespace kobj::windows_h::pool {

constinit thread_local source::frame* source::running_here = nullptr;

void source::close(std::shared_ptr<completion> when_done) {
    closed_ = true;
    if (is_outstanding()) when_done_ = std::move(when_done);
}

void source::await(state& pool, gate_lock& lock) {
    const std::size_t own = counts_here() ? 1 : 0;
    pool.finished.wait(lock, [&] { return queued_ == 0 && running_ <= own; });
}

void source::settle(state& pool) {
    pool.finished.notify_all();
    if (!is_outstanding()) when_done_.reset();
}

/// The callback may end its thread, or fork.
struct source::frame {
    state& pool;
    gate_lock& lock;
    const std::shared_ptr<source> self;
    bool counts = true;

    frame(state& p, gate_lock& l, std::shared_ptr<source> s) : pool(p), lock(l), self(std::move(s)) {
        ++self->running_;
        running_here = this;
        lock.unlock();
    }
    frame(const frame&) = delete;
    frame& operator=(const frame&) = delete;
    ~frame() {
        running_here = nullptr;
        if (!pool.is_ours()) return;
        lock.lock();
        leave();
    }

    void leave() {
        if (!std::exchange(counts, false)) return;
        --self->running_;
        self->settle(pool);
    }
};

bool source::counts_here() const {
    return running_here != nullptr && running_here->self.get() == this && running_here->counts;
}

void source::disassociate(state& pool) {
    const std::lock_guard lock(pool.gate);
    if (counts_here()) running_here->leave();
}

void source::run(state& pool, gate_lock& lock, unsigned how) {
    {
        const frame here(pool, lock, shared_from_this());
        call(how);
    }
    // In a child that the callback forked, the pool of this thread has stayed behind.
    if (!pool.is_ours()) pthread_exit(nullptr);
}

}  // namespace kobj::windows_h::pool
