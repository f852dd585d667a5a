#pragma once

#include <sys/types.h>

namespace kobj::posix::os {

/// Of all threads of a process, as far as the caller may.
void set_nice(pid_t process, int nice) noexcept;

}  // namespace kobj::posix::os
