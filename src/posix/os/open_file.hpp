#pragma once

#include <cstdint>

#include "posix/os/shared_file.hpp"

// Open files as the system knows them.
namespace kobj::posix::os {

/// Which file a descriptor leads to, and what it was opened for.
struct opened_identity {
    bool exists = false;
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::uint32_t mode = 0;  ///< as in stat
    bool reads = false;
    bool writes = false;
};
opened_identity identity_of(int fd) noexcept;

/// A descriptor of what another process has under that number. Empty, with errno, when it cannot be had: EPERM where
/// the system does not let one process look into the other (ptrace).
descriptor take_from_process(std::uint32_t pid, int fd) noexcept;

/// For a program that has never changed how many descriptors it may have: as many as the system allows. False when
/// that makes no more of them.
bool raise_descriptor_limit() noexcept;

}  // namespace kobj::posix::os
