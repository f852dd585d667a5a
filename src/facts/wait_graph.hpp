#pragma once

#include "facts/session_facts.hpp"

// Who waits for whom.
namespace kobj::facts {

/// A thread waits for an object, and a thread has to do something before it can have it.
struct wait_edge {
    u32 waiter = 0;   ///< thread record
    u32 object = 0;   ///< record
    u32 blocker = 0;  ///< thread record: owns the mutex, or is what has to end
};

class wait_graph {
public:
    explicit wait_graph(const session_facts& all);

    /// The threads on which an object waits: the owner of a mutex; a thread; the threads of a process, of which any can
    /// end it. Empty when nobody in particular has to act, or the object can be had.
    [[nodiscard]] std::vector<u32> blockers_of(u32 object) const;

    /// Is the thread in a deadlock, or does it wait for one that is? Its wait cannot be satisfied whatever the others
    /// do that run. One with a time limit ends all the same; an alertable wait anybody can end, so it is none.
    [[nodiscard]] bool is_stuck(u32 thread) const { return thread < stuck_.size() && stuck_[thread]; }

    /// The circles, each once: an edge's blocker is the next one's waiter, and the last one's blocker the first's.
    [[nodiscard]] std::vector<std::vector<wait_edge>> circles() const;

private:
    [[nodiscard]] bool is_stuck_object(u32 object, u32 waiter) const;

    const session_facts& all_;
    std::vector<bool> stuck_;  ///< by thread record
};

}  // namespace kobj::facts
