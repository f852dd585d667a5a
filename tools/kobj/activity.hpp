#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "facts/session_facts.hpp"

// What goes on in a session: what one look shows, and what has changed since the one before.
namespace kobj::tool {

struct process_activity {
    facts::u32 id = 0;
    std::string program{};
    facts::u32 handles = 0;
    facts::i64 growth = 0;  ///< of its handles, since the mark
    bool grows = false;     ///< it rose several times since the mark and never fell: perhaps a leak
    std::size_t threads = 0;
    std::size_t waiting = 0;
    facts::u64 blocked = 0;  ///< nanoseconds: the longest of the waits that it is in
    bool stuck = false;      ///< a thread is in a deadlock, or waits for one that is
    std::string state{};
    // Nothing at the first look.
    std::optional<double> sleeps{};           ///< waits that had to sleep, per second
    std::optional<double> waiting_threads{};  ///< how many of its threads waited, on average
};

struct object_activity {
    facts::u32 record = 0;
    facts::u64 number = 0;
    std::string type{};
    std::string name{};  ///< or `#17`, or the number of a process or thread
    facts::u32 handles = 0;
    std::size_t waiters = 0;
    facts::u32 sleeps_in_all = 0;    ///< since it was made; wraps
    std::optional<double> sleeps{};  ///< per second
    std::string state{};
};

class activity {
public:
    /// How often a number of handles has to rise, without a fall, for the process to be said to grow.
    static constexpr int rises_of_a_leak = 3;

    void look(const facts::session_facts& all);
    /// Growth counts from here on.
    void mark() { growths_.clear(); }

    [[nodiscard]] const std::vector<process_activity>& processes() const noexcept { return processes_; }
    [[nodiscard]] const std::vector<object_activity>& objects() const noexcept { return objects_; }

private:
    struct growth {
        facts::u32 at_mark = 0;
        facts::u32 last = 0;
        int rises = 0;
        bool fell = false;
    };
    struct thread_total {
        facts::u32 sleeps = 0;
        facts::u64 slept = 0;
    };
    // One that has gone and one that has its number since are not mixed up.
    using key = std::pair<facts::u64, facts::u64>;

    [[nodiscard]] double rate(double change) const { return change / (static_cast<double>(span_) / 1e9); }

    facts::u64 when_ = 0;  ///< of the last look
    facts::u64 span_ = 0;  ///< nanoseconds between the last two
    std::map<key, growth> growths_;
    std::map<key, thread_total> threads_;
    std::map<facts::u64, facts::u32> sleeps_;  ///< by number of the object
    std::vector<process_activity> processes_;
    std::vector<object_activity> objects_;
};

}  // namespace kobj::tool
