#pragma once

#include <string>

#include "posix/arena/transaction.hpp"

// A file is what a handle of <windows.h> to a file, a pipe or a device leads to: one for each time that something is
// opened, as an open file description of POSIX. Which descriptor leads to it is noted beside the handle, see
// handle/descriptors.hpp. Inode and device are kept to know it again.
//
// Files of the disk that were opened to read, write or remove stand in a bucket by their inode, so that what others
// share is found: https://learn.microsoft.com/windows/win32/fileio/creating-and-opening-files
namespace kobj::posix::file_object {

// Bits of the state.
inline constexpr u64 kind_mask = 3;  ///< a FILE_TYPE_ of Win32: 0 unknown, 1 disk, 2 character device, 3 pipe
inline constexpr u64 of_disk = 1;
inline constexpr u64 to_read = 1U << 2U;
inline constexpr u64 to_write = 1U << 3U;
inline constexpr u64 to_remove = 1U << 4U;
inline constexpr u64 uses = to_read | to_write | to_remove;
inline constexpr u32 shares_shift = 3;  ///< from a use to the sharing of it
inline constexpr u64 shares = uses << shares_shift;
inline constexpr u64 listed = 1U << 8U;  ///< stands in a bucket
inline constexpr u64 folder = 1U << 9U;
inline constexpr u64 remove_on_close = 1U << 10U;  ///< the file goes with the last handle, in whatever way that ends
inline constexpr u64 lent = 1U << 11U;  ///< some process may have a handle to it whose descriptor it has yet to fetch
// Of the functions of <windows.h>, which alone know what they mean.
inline constexpr u32 options_shift = 16;
inline constexpr u64 options = u64{0xFFFF} << options_shift;

constexpr bool conflict(u64 one, u64 other) noexcept {
    return (((one & uses) << shares_shift) & ~other & shares) != 0 ||
           (((other & uses) << shares_shift) & ~one & shares) != 0;
}

constexpr u32 bucket_of(u64 inode) noexcept {
    return static_cast<u32>(inode % file_buckets);
}

/// Whether somebody has that file open in a way that does not go with `value`.
bool in_use(u64 device, u64 inode, u64 value);
/// A new file. With `listed` in its value it stands in its bucket from now on. `path` is that of one that goes with it.
u32 make(transaction& tx, u64 value, u64 device, u64 inode, const std::string& path);
/// It is going to be freed.
void forget(transaction& tx, object_record& file);
/// Removes the file of the disk of one that has gone and is in limbo; none that has its path since.
void remove_from_disk(const context& me, const object_record& file);

}  // namespace kobj::posix::file_object
