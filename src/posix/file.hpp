#pragma once

#include <kobj/file_mapping.hpp>
#include <kobj/handle.hpp>

#include <cstdint>

// Files, pipes and devices behind handles, for <windows.h>, which is a library of its own: what is opened, read and
// written there becomes an object of the session here. The bits of a file are those of posix/object/file.hpp.
namespace kobj::posix {

/// A handle to a new file that takes the descriptor over, also when it fails. `bits` without its kind; with `listed`
/// only if nobody has the file open in a way that does not go with it.
/// Errors: 32 (ERROR_SHARING_VIOLATION); too_many_open_files (4); no_system_resources (1450).
KOBJ_API result<handle_value> make_file(int fd, std::uint64_t bits, access_mask access, bool inheritable) noexcept;

struct found_file {
    int fd = -1;
    access_mask access = 0;
    std::uint64_t bits = 0;
};
/// Error: invalid_handle (6), also when the handle came out of another process that does not have it any more;
/// access_denied (5) when the system does not let this process fetch the descriptor.
KOBJ_API result<found_file> find_file(handle_value value) noexcept;

/// Whether a file could be opened for these uses with that sharing. Error: 32.
KOBJ_API result<void> check_sharing(std::uint64_t device, std::uint64_t inode, std::uint64_t bits) noexcept;

/// The handle to the process's descriptor 0, 1 or 2: the one that it has, or a new one. Null when it is closed.
KOBJ_API result<handle_value> standard_file(int fd) noexcept;

struct made_mapping {
    handle_value value{};
    bool existed = false;
};
/// As file_mapping::create_over, of a file that is open.
KOBJ_API result<made_mapping> create_mapping_over(int fd, std::uint64_t size,
                                                  const file_mapping_options& options) noexcept;

/// See os/open_file.hpp.
KOBJ_API bool allow_more_descriptors() noexcept;

}  // namespace kobj::posix
