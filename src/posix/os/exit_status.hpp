#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

#include "posix/os/shared_file.hpp"

namespace kobj::posix::os {

/// A wait status as an exit code: 8 bits, or 128 + n for signal n.
std::uint32_t code_of_wait_status(int status) noexcept;

descriptor open_pidfd(pid_t pid) noexcept;
/// Waits for it as long.
bool has_ended(int pidfd, int milliseconds = 0) noexcept;

/// SIGKILL. 0 or errno.
int kill_process(int pidfd) noexcept;

/// Of a zombie, from /proc.
std::optional<std::uint32_t> zombie_exit_code(pid_t pid) noexcept;
/// Of a process that has been waited for, through a descriptor opened before. Linux 6.15.
std::optional<std::uint32_t> pidfd_exit_code(int pidfd) noexcept;
/// Of an ended child; it stays a zombie. Nothing for other processes, and when somebody has waited for it.
std::optional<std::uint32_t> child_exit_code(int pidfd) noexcept;
void bury_child(int pidfd) noexcept;

}  // namespace kobj::posix::os
