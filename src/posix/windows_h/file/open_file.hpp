#pragma once

#include <cerrno>
#include <cstdint>
#include <optional>
#include <string>

#include "posix/file.hpp"
#include "posix/object/file.hpp"

#include <windows.h>

namespace kobj::windows_h {

namespace file_object = posix::file_object;

/// What the options of a file's bits mean.
inline constexpr std::uint64_t overlapped = std::uint64_t{1} << file_object::options_shift;

/// Anything of these rights.
inline constexpr DWORD reading = FILE_READ_DATA | FILE_EXECUTE;
inline constexpr DWORD writing = FILE_WRITE_DATA | FILE_APPEND_DATA;

/// The file that a handle leads to, if it grants one of the rights; 0: any. Otherwise nothing, and the last error.
std::optional<posix::found_file> file_of(HANDLE handle, DWORD rights = 0) noexcept;

/// A descriptor that closes itself at exec. Where none is left, more are asked of the system once.
template <class F>
int with_descriptors(F&& call) noexcept {
    const int fd = call();
    return fd < 0 && errno == EMFILE && posix::allow_more_descriptors() ? call() : fd;
}

/// The last error for an errno of a call with an open file.
DWORD error_of_file(int error) noexcept;

/// Closes it at the end of the scope.
class own_descriptor {
public:
    explicit own_descriptor(int fd) noexcept : fd_(fd) {}
    own_descriptor(const own_descriptor&) = delete;
    own_descriptor& operator=(const own_descriptor&) = delete;
    ~own_descriptor();
    [[nodiscard]] int get() const noexcept { return fd_; }
    explicit operator bool() const noexcept { return fd_ >= 0; }
    int release() noexcept {
        const int fd = fd_;
        fd_ = -1;
        return fd;
    }

private:
    int fd_;
};

/// "/proc/self/fd/N": for calls that want a path.
std::string path_of_descriptor(int fd);

}  // namespace kobj::windows_h
