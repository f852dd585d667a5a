#pragma once

#include <sys/types.h>

#include <optional>

#include "posix/arena/layout.hpp"

// One thread per process, started when it is first needed, that sleeps until a child or a process that somebody here
// waits for has ended; then it settles that process, which wakes who waits. It never asks for "any child", so that it
// leaves the program's own children alone. A child stays a zombie until it is settled, so that others can see its code.
namespace kobj::posix::reaper {

/// Throws failure (no_system_resources, too_many_open_files).
void watch(u32 process, u32 generation, pid_t pid, u64 start_time, bool child);

/// The code of an ended process, from whatever source there is.
std::optional<u32> exit_status(u32 process, u32 generation, pid_t pid);
/// It has been settled by somebody: if it was a child, ends the zombie.
void forget(u32 process, u32 generation) noexcept;

/// Around fork. The thread is not there in the child, nor are the children.
void before_fork() noexcept;
void after_fork_in_parent() noexcept;
void after_fork_in_child() noexcept;

}  // namespace kobj::posix::reaper
