#pragma once

#include <sys/types.h>

namespace kobj::posix::os {

/// POSIX record locks on single bytes: a process's own byte is locked while it lives. The kernel drops the lock at the
/// process's end and at exec, and a forked child does not have it.
///
/// Closing *any* descriptor of the file in a process drops all its locks on that file: the arena is opened once.
bool lock_byte(int fd, off_t byte) noexcept;
void unlock_byte(int fd, off_t byte) noexcept;

/// Whether any other process has any byte locked.
bool is_locked_by_others(int fd) noexcept;

/// The process that has the byte locked, or 0. The caller's own lock is not seen.
pid_t byte_holder(int fd, off_t byte) noexcept;

}  // namespace kobj::posix::os
