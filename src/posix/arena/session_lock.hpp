#pragma once

#include "posix/arena/context.hpp"

// The one lock of the session: everything but the compare-and-swap paths happens under it. Its word names the holder's
// thread record, so that who finds it taken can see whether the holder lives.
//
// Locking discipline: it is the innermost lock. Under it the system is called only for a look at /proc, where a thread
// record does not say by itself whether its thread lives.
namespace kobj::posix::session_lock {

/// Returns true when the lock was taken from a dead holder: what that one had begun must be undone first.
[[nodiscard]] bool acquire(const context& me);
void release(const context& me) noexcept;

}  // namespace kobj::posix::session_lock

namespace kobj::posix {

/// Has the thread of this record ended? With `thorough` also asks /proc, which sees the end of a thread whose robust
/// list another library has silenced. False for a free record.
bool thread_ended(u32 index, bool thorough);

}  // namespace kobj::posix
