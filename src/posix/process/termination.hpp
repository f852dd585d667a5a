#pragma once

#include "posix/handle/target.hpp"

// Ending a thread from outside. It runs nothing more of the program, not even what threads run at their end: to all
// others it is a thread that was killed.
namespace kobj::posix::termination {

/// Another thread than the caller, of any process of the session. When this returns, it has ended, or ends before it
/// runs another instruction of the program. With its last thread a process ends, too.
void terminate(const context& me, const target& thread, u32 code);

/// Whether the calling thread is to end, or to go on at the end of its call of kobj. Async-signal-safe.
bool is_told(const context& me) noexcept;
/// Ends the calling thread here if it was told to: where it holds nothing that its process needs. Async-signal-safe.
void end_if_told(const context& me) noexcept;

}  // namespace kobj::posix::termination
