#pragma once

#include "posix/windows_h/pool/deadlines.hpp"

#include <condition_variable>
#include <cstddef>
#include <memory>

namespace kobj::windows_h::pool {

class source;
struct state;

/// Threads that make the callbacks of sources, in the order in which they were queued. They are started when they are
/// needed, and end when they have had nothing to do for a while. All with the gate held.
class workers final : private deadlines::entry {
public:
    static constexpr unsigned default_maximum = 500;
    static constexpr auto idle_limit = std::chrono::seconds(10);

    explicit workers(state& pool);

    /// One more callback of `which` is queued.
    void add(source& which);
    /// Those of `which` that have not begun are not made.
    void cancel(source& which);
    void raise_maximum(unsigned most) { maximum_ = most > maximum_ ? most : maximum_; }
    void drop_all();

private:
    struct presence;
    static void* run(void*);

    void append(source& which);
    std::shared_ptr<source> take_first();
    std::shared_ptr<source> take();
    bool start_one();
    void come_due(gate_lock& lock, clock::time_point due) override;

    state& pool_;
    source* first_ = nullptr;  ///< the queue; a source stands in it once, however many of its callbacks are queued
    source* last_ = nullptr;
    std::size_t queued_ = 0;  ///< callbacks
    std::condition_variable wake_;
    unsigned threads_ = 0;
    unsigned idle_ = 0;
    unsigned maximum_ = default_maximum;
    std::size_t begun_ = 0;       ///< callbacks so far
    std::size_t begun_seen_ = 0;  ///< when it was last looked whether there are enough threads
};

}  // namespace kobj::windows_h::pool
