#pragma once

#include "posix/handle/target.hpp"

// One thread per process, started when it is first needed, that makes file descriptors readable when objects are
// signaled.
namespace kobj::posix::relay {

struct served {
    int fd;
    u32 watch;
};
/// An eventfd for the object. Throws failure.
served open(const context& me, const target& object);
/// Unreadable; readable again when the object is ready. False when this process has no such descriptor.
bool rearm(const context& me, const served& which);
void close(const served& which) noexcept;

/// Around fork. Neither the thread nor the watches are there in the child.
void before_fork() noexcept;
void after_fork_in_parent() noexcept;
void after_fork_in_child() noexcept;

}  // namespace kobj::posix::relay
