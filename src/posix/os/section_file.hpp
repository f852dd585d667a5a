#pragma once

#include <cstdint>
#include <string>

// The memory of a file mapping: a file of shared memory, found by its name, so that every process of the session can
// map it without passing a descriptor. Through Boost.Interprocess.
namespace kobj::posix::os {

/// Makes the file, mode 0600, with all its memory set aside. 0 or errno; after an error nothing is left.
int make_section_file(const std::string& name, std::uint64_t size) noexcept;
void remove_section_file(const std::string& name) noexcept;

struct mapped_section {
    void* base = nullptr;
    int error = 0;  ///< errno when base is null
};
mapped_section map_section_file(const std::string& name, std::uint64_t size) noexcept;
void unmap_section(void* base) noexcept;

/// Around fork.
void lock_sections() noexcept;
void unlock_sections() noexcept;

}  // namespace kobj::posix::os
