#include "posix/windows_h/pool/workers.hpp"

#include <kobj/handle.hpp>

#include <algorithm>
#include <thread>

#include "posix/windows_h/pool/source.hpp"
#include "posix/windows_h/pool/state.hpp"
#include "posix/windows_h/pool/thread.hpp"

namespace kobj::windows_h::pool {

namespace {

/// As many threads are started without looking whether the others get on.
unsigned at_once() {
    static const unsigned count = std::max(4U, std::thread::hardware_concurrency());
    return count;
}
/// So long callbacks may stay queued before there are more threads.
constexpr auto patience = std::chrono::milliseconds(10);

}  // namespace

workers::workers(state& pool) : pool_(pool) {}

bool workers::start_one() {
    if (threads_ >= maximum_ || !start_thread(run, this)) return false;
    ++threads_;
    return true;
}

void workers::append(source& which) {
    which.in_queue_ = which.shared_from_this();
    which.next_ = nullptr;
    (last_ == nullptr ? first_ : last_->next_) = &which;
    last_ = &which;
}

void workers::add(source& which) {
    if (pool_.stopped) return;
    ++which.queued_;
    ++queued_;
    if (!which.in_queue_) append(which);
    if (idle_ >= queued_) {
        wake_.notify_one();
        return;
    }
    if ((threads_ < at_once() || which.manner_.runs_long) && start_one()) return;
    if (deadlines::has(*this)) return;
    begun_seen_ = begun_;
    pool_.timers.set(*this, clock::now() + patience);
}

void workers::come_due(gate_lock&, clock::time_point) {
    if (queued_ == 0 || pool_.stopped) return;
    if (begun_ == begun_seen_) {
        const std::size_t more = std::min<std::size_t>(queued_, std::max(1U, threads_ / 4));
        for (std::size_t i = 0; i < more && start_one(); ++i) {
        }
    }
    begun_seen_ = begun_;
    pool_.timers.set(*this, clock::now() + patience);
}

std::shared_ptr<source> workers::take_first() {
    source& first = *first_;
    first_ = first.next_;
    if (first_ == nullptr) last_ = nullptr;
    return std::move(first.in_queue_);
}

std::shared_ptr<source> workers::take() {
    while (first_ != nullptr) {
        std::shared_ptr<source> next = take_first();
        if (next->queued_ == 0) continue;  // cancelled
        --queued_;
        if (--next->queued_ != 0) append(*next);
        ++begun_;
        return next;
    }
    return nullptr;
}

void workers::cancel(source& which) {
    queued_ -= which.queued_;
    which.queued_ = 0;
}

void workers::drop_all() {
    while (first_ != nullptr) {
        const std::shared_ptr<source> dropped = take_first();
        cancel(*dropped);
        dropped->settle(pool_);
    }
    wake_.notify_all();
}

struct workers::presence {
    workers& group;
    gate_lock lock{group.pool_.gate};

    ~presence() {
        if (!group.pool_.is_ours()) return;
        if (!lock.owns_lock()) lock.lock();
        --group.threads_;
    }
};

void* workers::run(void* argument) {
    auto& self = *static_cast<workers*>(argument);
    // From here on others can open the thread by its id.
    (void)kobj::type_of(kobj::current_thread());
    presence here{self};
    bool persistent = false;
    while (!self.pool_.stopped) {
        if (const std::shared_ptr<source> next = self.take()) {
            persistent |= next->manner_.persistent;
            next->run(self.pool_, here.lock, next->begin());
            continue;
        }
        ++self.idle_;
        const auto called = [&] { return self.first_ != nullptr || self.pool_.stopped; };
        const bool in_time = self.wake_.wait_for(here.lock, idle_limit, called);
        --self.idle_;
        if (!in_time && !persistent) break;
    }
    return nullptr;
}

}  // namespace kobj::windows_h::pool
