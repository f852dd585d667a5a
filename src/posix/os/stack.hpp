#pragma once

#include <cstdint>
#include <span>

namespace kobj::posix::os {

/// Where the calling thread is: addresses inside of the calls, innermost first, without this one. Returns how many.
/// Allocates nothing and takes no lock of kobj's.
std::size_t walk_stack(std::span<std::uint64_t> calls) noexcept;

/// The file that an address of code belongs to, and where in memory it begins; an empty path when there is none.
struct module_place {
    const char* path = "";
    std::uint64_t base = 0;
};
module_place module_of(std::uint64_t address) noexcept;

}  // namespace kobj::posix::os
