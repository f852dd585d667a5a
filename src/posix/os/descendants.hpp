#pragma once

#include <sys/types.h>

#include <vector>

#include "posix/os/shared_file.hpp"

namespace kobj::posix::os {

/// pidfds of what the given processes have started, and of what these have, as long as the processes between them are
/// there; parents before their children, the given ones not. Leaves those in `except` out, and what they have started.
/// Reads all of /proc until it finds nobody new. What is started from then on is not in the list; nor is an orphan.
std::vector<descriptor> descendants_of(const std::vector<pid_t>& roots, const std::vector<pid_t>& except);

}  // namespace kobj::posix::os
