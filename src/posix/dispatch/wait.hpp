#pragma once

#include <kobj/wait.hpp>

#include <span>

#include "posix/alertable.hpp"
#include "posix/handle/target.hpp"

namespace kobj::posix {

/// What else ends a wait.
struct wait_manner {
    /// The wait times out early when one of these threads (named as owners) ends.
    std::span<const u64> lives = {};
    detail::alert* alert = nullptr;
};

struct wait_end {
    wait_outcome outcome{};  ///< timed out when the wait was alerted
    bool alerted = false;
};

/// Waits for any or all of the targets, which have been checked for type and access. At most max_wait.
wait_end wait_for(const context& me, std::span<const target> targets, bool all, timeout limit,
                  const wait_manner& manner = {});

/// Signals `to_signal` and waits for `to_wait` in one step. Both have been checked for type and access.
wait_end signal_and_wait_for(const context& me, const target& to_signal, handle_value signaled, const target& to_wait,
                             timeout limit, const wait_manner& manner = {});

/// Sleeps until there is an alert (true) or the limit has passed.
bool sleep_for(timeout limit, detail::alert& alert);

}  // namespace kobj::posix
