#pragma once

#include <kobj/event.hpp>
#include <kobj/handle.hpp>

#include <cstddef>
#include <memory>

#include "posix/windows_h/pool/deadlines.hpp"

namespace kobj::windows_h::pool {

class workers;
struct state;

/// What a handle of the pool leads to.
class item {
public:
    item() = default;
    item(const item&) = delete;
    item& operator=(const item&) = delete;
    virtual ~item() = default;
};

/// An event that is set when the last one has ended that holds this.
struct completion {
    explicit completion(handle made) : event(std::move(made)) {}
    completion(const completion&) = delete;
    completion& operator=(const completion&) = delete;
    ~completion() {
        if (counts) (void)kobj::event::set(event.get());
    }

    handle event;
    bool counts = false;  ///< what is to be completed has begun
};

/// What callbacks come from: a registered wait, a timer, a work item. All with the gate held, but for call().
class source : public item, public std::enable_shared_from_this<source> {
public:
    struct manner {
        bool runs_long = false;    ///< a new thread rather than a long wait for one
        bool persistent = false;   ///< the thread does not end when it is idle
        std::size_t priority = 1;  ///< 0 comes first
    };

    [[nodiscard]] bool is_outstanding() const { return queued_ + running_ != 0; }
    [[nodiscard]] bool is_closed() const { return closed_; }
    /// No new callbacks come; what is queued already is still made. `when_done` goes with the last one.
    void close(std::shared_ptr<completion> when_done);
    /// Until no callback is queued or runs but in this thread.
    void await(state& pool, gate_lock& lock);
    /// Makes a callback in this thread. The gate is open meanwhile.
    void run(state& pool, gate_lock& lock, unsigned how);
    /// From inside a callback: nobody waits for it any more.
    void disassociate(state& pool);
    void set_runs_long() { manner_.runs_long = true; }

protected:
    explicit source(manner how) : manner_(how) {}

    /// One that was queued begins. What it gives, call() gets.
    virtual unsigned begin() { return 0; }
    /// Those that were queued do not begin.
    virtual void cancelled() {}
    /// Without the gate.
    virtual void call(unsigned how) = 0;

private:
    friend class workers;
    struct frame;

    static thread_local frame* running_here;
    [[nodiscard]] bool counts_here() const;
    /// After the end of a callback.
    void settle(state& pool);

    manner manner_;
    bool closed_ = false;
    std::size_t queued_ = 0;
    std::size_t running_ = 0;
    std::shared_ptr<completion> when_done_;
    std::shared_ptr<source> in_queue_;  ///< itself while it stands in the queue
    source* next_ = nullptr;
};

}  // namespace kobj::windows_h::pool
