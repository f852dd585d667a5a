#pragma once

#include "posix/arena/layout.hpp"

// The mapped views of this process by address: each has an entry of the handle table that keeps its section alive.
namespace kobj::posix::views {

struct view {
    void* base = nullptr;
    std::size_t size = 0;
    u32 place = 0;  ///< its entry
};

void add(const view& made);
/// The view that begins at that address, which is forgotten; place 0 when there is none.
view take(void* base) noexcept;
/// The same for the view that has the address in it.
view take_with(const void* inside) noexcept;
/// The view that has the address in it; base null when there is none.
view find_with(const void* inside) noexcept;

/// No thread may be in the middle of a change when the process forks.
void before_fork() noexcept;
void after_fork() noexcept;

}  // namespace kobj::posix::views
