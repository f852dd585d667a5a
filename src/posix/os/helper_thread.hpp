#pragma once

namespace kobj::posix::os {

/// Starts a detached thread with a small stack that takes no signals of the program's. 0 or errno.
int start_helper_thread(void* (*run)(void*), void* argument) noexcept;

}  // namespace kobj::posix::os
