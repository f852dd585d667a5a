#pragma once

#include <cstdint>
#include <string>

#include "posix/os/shared_file.hpp"

// Files of the program, which file mappings are made over.
namespace kobj::posix::os {

/// Which file it is. The number of an inode is used again soon; the time tells its users apart.
struct file_identity {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::uint64_t born = 0;  ///< in nanoseconds; 0 where the file system does not tell
    friend bool operator==(const file_identity&, const file_identity&) = default;
};

struct file_facts {
    file_identity identity;
    std::uint64_t size = 0;
    bool regular = false;
    bool directory = false;
};

struct opened_file {
    descriptor file;
    file_facts facts;
    int error = 0;  ///< errno when it is not open
};
/// Does not wait, whatever there is at `path`.
opened_file open_user_file(const std::string& path, bool write) noexcept;

/// Opens a file anew that a process has open, wherever it is by now. ENOENT when the process does not have it.
opened_file open_as_in_process(std::uint32_t pid, const file_identity& which, bool write) noexcept;

/// Removes the file at the path, if it is that one; its time of birth is not asked for.
void remove_user_file(const std::string& path, const file_identity& which) noexcept;
/// The absolute path of an open file. Empty when it cannot be told.
std::string path_of(int fd);
/// Is the folder that `path` names its last part in there?
bool has_folder(const std::string& path);

/// Makes a file longer, from `now` to `size` bytes, by zeros that have their place on the disk. 0 or errno, ENOSPC for
/// one; then its length is as it was, if the file system can set space aside. Never makes it shorter, also when others
/// make it longer meanwhile.
int grow_user_file(int fd, std::uint64_t now, std::uint64_t size) noexcept;

}  // namespace kobj::posix::os
