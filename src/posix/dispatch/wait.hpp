#pragma once

#include <kobj/wait.hpp>

#include <span>

#include "posix/handle/target.hpp"

namespace kobj::posix {

/// Waits for any or all of the targets, which have been checked for type and access. At most max_wait.
/// The wait times out early when one of the threads in `lives` (named as owners) ends.
wait_outcome wait_for(const context& me, std::span<const target> targets, bool all, timeout limit,
                      std::span<const u64> lives = {});

/// Signals `to_signal` and waits for `to_wait` in one step. Both have been checked for type and access.
wait_status signal_and_wait_for(const context& me, const target& to_signal, handle_value signaled,
                                const target& to_wait, timeout limit);

}  // namespace kobj::posix
