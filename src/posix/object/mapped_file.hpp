#pragma once

#include <string>

#include "posix/arena/layout.hpp"
#include "posix/os/user_file.hpp"

// The file of the program that a mapping is over. A process that maps it finds it by its path, or else among the open
// files of the session's processes, and knows it by device and inode.
namespace kobj::posix {

/// Opens the file that a mapping is to be made over. Throws failure.
os::opened_file open_to_make(const std::string& path, bool write);
/// What the session file of the mapping tells of it. Throws failure.
std::string note_of(const os::opened_file& opened);
/// Makes it longer, up to `size` bytes. Throws failure (disk_full).
void grow_mapped_file(const os::opened_file& opened, u64 size, const std::string& path);

/// Opens the file of a note again, of which the bytes below `end` are wanted. Throws failure.
os::opened_file open_to_map(const std::string& note, bool write, u64 end);

}  // namespace kobj::posix
