#pragma once

#include <chrono>
#include <map>
#include <mutex>

namespace kobj::windows_h::pool {

using clock = std::chrono::steady_clock;
using gate_lock = std::unique_lock<std::mutex>;

/// Entries by the time when they are due. Only making an entry needs memory. All with the pool's gate held.
class deadlines {
public:
    class entry;

private:
    using map = std::multimap<clock::time_point, entry*>;

public:
    class entry {
    public:
        entry() {
            map one;
            one.emplace(clock::time_point(), this);
            spare_ = one.extract(one.begin());
        }
        entry(const entry&) = delete;
        entry& operator=(const entry&) = delete;
        virtual ~entry() = default;

        /// In the thread that looks after the deadlines, with its lock of the gate, when the entry has come off the
        /// list. May unlock for a while.
        virtual void come_due(gate_lock& lock, clock::time_point due) = 0;

    private:
        friend class deadlines;
        map::node_type spare_;  ///< empty while the entry is in the list
        map::iterator place_;
    };

    [[nodiscard]] static bool has(const entry& which) { return which.spare_.empty(); }
    void set(entry& which, clock::time_point due) {
        clear(which);
        which.spare_.key() = due;
        which.place_ = all_.insert(std::move(which.spare_));
    }
    void clear(entry& which) {
        if (has(which)) which.spare_ = all_.extract(which.place_);
    }

    [[nodiscard]] clock::time_point earliest() const {
        return all_.empty() ? clock::time_point::max() : all_.begin()->first;
    }
    /// Calls all that are due by `now`.
    void expire(gate_lock& lock, clock::time_point now) {
        while (earliest() <= now) {
            entry& first = *all_.begin()->second;
            const clock::time_point due = all_.begin()->first;
            clear(first);
            first.come_due(lock, due);
        }
    }

private:
    map all_;
};

}  // namespace kobj::windows_h::pool
