#include "posix/windows_h/pool/workers.hpp"

#include <kobj/handle.hpp>

#include <algorithm>
#include <new>
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
/// So long callbacks may stay queued before there are more threads; longer when there are many.
std::chrono::milliseconds patience(unsigned threads) {
    return std::chrono::milliseconds(10) * std::max(1U, threads / 16);
}

}  // namespace

workers::workers(state& pool) : pool_(pool) {}

bool workers::start_one() {
    if (threads_ >= maximum_) return false;
    auto held = std::unique_ptr<std::shared_ptr<workers>>(new (std::nothrow) std::shared_ptr(shared_from_this()));
    if (!held || !start_thread(run, held.get())) return false;
    (void)held.release();  // the thread's
    ++threads_;
    return true;
}

bool workers::set_minimum(unsigned least) {
    while (threads_ < least) {
        if (!start_one()) return false;
    }
    minimum_ = least;
    return true;
}

void workers::close() {
    closed_ = true;
    minimum_ = 0;
    wake_.notify_all();
}

void workers::append(source& which) {
    which.in_queue_ = which.shared_from_this();
    which.next_ = nullptr;
    queue& own = queues_[std::min(which.manner_.priority, priorities - 1)];
    (own.last == nullptr ? own.first : own.last->next_) = &which;
    own.last = &which;
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
    watched_ = shared_from_this();
    pool_.timers.set(*this, clock::now() + patience(threads_));
}

void workers::come_due(gate_lock&, clock::time_point) {
    const std::shared_ptr<workers> self = std::move(watched_);
    if (queued_ == 0 || pool_.stopped) return;
    if (begun_ == begun_seen_) {
        const std::size_t more = std::min<std::size_t>(queued_, std::max(1U, threads_ / 4));
        for (std::size_t i = 0; i < more && start_one(); ++i) {
        }
    }
    begun_seen_ = begun_;
    watched_ = self;
    pool_.timers.set(*this, clock::now() + patience(threads_));
}

workers::queue* workers::first_queue() {
    const auto found = std::find_if(queues_.begin(), queues_.end(), [](const queue& q) { return q.first != nullptr; });
    return found == queues_.end() ? nullptr : &*found;
}

std::shared_ptr<source> workers::take_first(queue& from) {
    source& first = *from.first;
    from.first = first.next_;
    if (from.first == nullptr) from.last = nullptr;
    return std::move(first.in_queue_);
}

std::shared_ptr<source> workers::take() {
    while (queue* const from = first_queue()) {
        std::shared_ptr<source> next = take_first(*from);
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
    which.cancelled();
    which.settle(pool_);
}

void workers::drop_all() {
    while (queue* const from = first_queue()) cancel(*take_first(*from));
    wake_.notify_all();
}

struct workers::presence {
    std::shared_ptr<workers> group;
    state& pool = group->pool_;
    gate_lock lock{pool.gate};

    ~presence() {
        if (!pool.is_ours()) return;
        if (!lock.owns_lock()) lock.lock();
        --group->threads_;
        group.reset();  // perhaps the last
    }
};

void* workers::run(void* argument) {
    const std::unique_ptr<std::shared_ptr<workers>> held(static_cast<std::shared_ptr<workers>*>(argument));
    workers& self = **held;
    // From here on others can open the thread by its id.
    (void)kobj::type_of(kobj::current_thread());
    presence here{std::move(*held)};
    bool persistent = false;
    while (!self.pool_.stopped) {
        if (const std::shared_ptr<source> next = self.take()) {
            persistent |= next->manner_.persistent;
            next->run(self.pool_, here.lock, next->begin());
            continue;
        }
        if (self.closed_) break;
        ++self.idle_;
        const auto called = [&] { return self.first_queue() != nullptr || self.closed_ || self.pool_.stopped; };
        const bool in_time = self.wake_.wait_for(here.lock, idle_limit, called);
        --self.idle_;
        if (!in_time && !persistent && self.threads_ > self.minimum_) break;
    }
    return nullptr;
}

}  // namespace kobj::windows_h::pool
