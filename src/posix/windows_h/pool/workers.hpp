#pragma once

#include "posix/windows_h/pool/deadlines.hpp"

#include <array>
#include <condition_variable>
#include <cstddef>
#include <memory>

namespace kobj::windows_h::pool {

class source;
struct state;

/// Threads that make the callbacks of sources, in the order in which they were queued. They are started when they are
/// needed, and end when they have had nothing to do for a while. All with the gate held.
class workers final : public std::enable_shared_from_this<workers>, private deadlines::entry {
public:
    static constexpr unsigned default_maximum = 500;
    static constexpr auto idle_limit = std::chrono::seconds(10);
    static constexpr std::size_t priorities = 3;

    explicit workers(state& pool);

    /// One more callback of `which` is queued.
    void add(source& which);
    /// Those of `which` that have not begun are not made.
    void cancel(source& which);
    void raise_maximum(unsigned most) { maximum_ = most > maximum_ ? most : maximum_; }
    void drop_all();

    void set_maximum(unsigned most) { maximum_ = most == 0 ? 1 : most; }
    /// So many do not end. False when they cannot be started.
    bool set_minimum(unsigned least);
    /// Can a callback be long without keeping others back?
    [[nodiscard]] bool has_room() const { return idle_ > queued_ || threads_ < maximum_; }
    /// The threads end when there is nothing to do; what is queued still begins them.
    void close();

private:
    /// A source stands in its queue once, however many of its callbacks are queued.
    struct queue {
        source* first = nullptr;
        source* last = nullptr;
    };
    struct presence;
    static void* run(void*);

    void append(source& which);
    static std::shared_ptr<source> take_first(queue& from);
    std::shared_ptr<source> take();
    bool start_one();
    void come_due(gate_lock& lock, clock::time_point due) override;

    state& pool_;
    [[nodiscard]] queue* first_queue();

    std::array<queue, priorities> queues_;
    std::size_t queued_ = 0;  ///< callbacks
    std::condition_variable wake_;
    unsigned threads_ = 0;
    unsigned idle_ = 0;
    unsigned maximum_ = default_maximum;
    unsigned minimum_ = 0;
    bool closed_ = false;
    std::shared_ptr<workers> watched_;  ///< itself while the timer thread looks whether there are enough threads
    std::size_t begun_ = 0;             ///< callbacks so far
    std::size_t begun_seen_ = 0;        ///< when it was last looked whether there are enough threads
};

}  // namespace kobj::windows_h::pool
