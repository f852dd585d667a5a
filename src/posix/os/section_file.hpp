#pragma once

#include <cstdint>
#include <string>

#include "posix/os/user_file.hpp"

// A session file for each file mapping, found by its name, so that every process of the session can map it without
// passing a descriptor: it is the memory itself, or a note that tells which file of the program is mapped. Through
// Boost.Interprocess.
namespace kobj::posix::os {

/// Makes the file, mode 0600, with all its memory set aside. 0 or errno; after an error nothing is left.
int make_section_file(const std::string& name, std::uint64_t size) noexcept;
/// The same with a content.
int make_section_note(const std::string& name, const std::string& content) noexcept;
/// 0 or errno.
int read_section_note(const std::string& name, std::string& content);
void remove_section_file(const std::string& name) noexcept;

/// The numbers of kobj::view_access.
enum class map_access : std::uint8_t { read = 0, write = 1, copy = 2 };

struct map_request {
    map_access how = map_access::read;
    std::uint64_t offset = 0;
    std::size_t length = 0;
    void* address = nullptr;  ///< null: anywhere
};

struct mapped_section {
    void* base = nullptr;
    int error = 0;  ///< errno when base is null; EEXIST: the address is in use
};
/// A view begins at a multiple of 64 KiB, as on Windows.
mapped_section map_section_file(const std::string& name, const map_request& request) noexcept;
/// A view of a file of the program, which is kept open as long as this process has a view of it: by one descriptor.
mapped_section map_user_file(opened_file opened, const map_request& request) noexcept;
void unmap_section(void* base) noexcept;
/// Writes what has changed in the pages to the file. 0 or errno.
int flush_section(void* base, std::size_t length) noexcept;

/// Around fork.
void lock_sections() noexcept;
void unlock_sections() noexcept;

}  // namespace kobj::posix::os
