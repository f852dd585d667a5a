#pragma once

#include "posix/arena/layout.hpp"

// The mapped views of this process by address: each has an entry of the handle table that keeps its section alive.
namespace kobj::posix::views {

void add(void* base, u32 place);
/// The view's entry, which is forgotten; 0 when there is no view at that address.
u32 take(void* base) noexcept;

/// No thread may be in the middle of a change when the process forks.
void before_fork() noexcept;
void after_fork() noexcept;

}  // namespace kobj::posix::views
