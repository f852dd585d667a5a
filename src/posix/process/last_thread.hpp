#pragma once

#include "posix/arena/layout.hpp"

// The process ends with its last thread, when the first one has left by itself. The C library sees to that, but it
// counts the backend's own threads, which never end, and does not know the thread's exit code.
namespace kobj::posix::last_thread {

/// The first thread is about to leave, and the others to go on.
void first_thread_leaves() noexcept;
/// Of each attached thread: when it has ended, and was the last one, the process ends with its exit code.
void watch_own_end() noexcept;
/// The calling thread was terminated, and is about to leave: is it the last one? Async-signal-safe.
bool terminated_is_last() noexcept;
/// The calling thread is one of the backend's own: it keeps no process alive.
void do_not_count() noexcept;

/// The child's only thread is its first one.
void after_fork_in_child() noexcept;

}  // namespace kobj::posix::last_thread
