#pragma once

#include "posix/arena/context.hpp"

// fork: the parent makes the child's process record and a copy of its table before, the child claims it after. Whether
// the fork happened at all the parent is not told; a pipe tells, whose other end only the child has.
namespace kobj::posix::forks {

/// The index of a filled record that waits for its child. Throws failure.
u32 prepare(const context& me);
/// The last before the fork; undone by the two that follow it.
void lock() noexcept;
void parent_goes_on(u32 record) noexcept;
/// In the child: makes the record its own. False when it has been given up meanwhile.
bool claim(const context& me, u32 record);
void child_goes_on() noexcept;

/// Gives up records whose fork has failed.
void settle_failed(const context& me);

}  // namespace kobj::posix::forks
