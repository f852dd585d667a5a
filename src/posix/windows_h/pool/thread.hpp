#pragma once

namespace kobj::windows_h::pool {

/// Starts a detached thread of the pool, which takes no signals of the program's. False: the system has no room.
bool start_thread(void* (*run)(void*), void* argument);

}  // namespace kobj::windows_h::pool
