#pragma once

#include "posix/handle/target.hpp"

// Suspending a thread that runs, of any process of the session. docs/thread.md tells how.
namespace kobj::posix::suspension {

/// Both give the count before. When suspend returns, the thread has stopped, or stops before it returns from kobj; so
/// does the caller itself, at the end of its call.
u32 suspend(const context& me, const target& thread);
u32 resume(const context& me, const target& thread);

/// The calling thread goes on when its count is 0. Async-signal-safe.
void stay(const context& me) noexcept;

/// From here on the threads of this process can be suspended.
void begin() noexcept;

}  // namespace kobj::posix::suspension
