#include "posix/windows_h/file/open_file.hpp"

#include <unistd.h>

#include "posix/windows_h/call.hpp"

namespace kobj::windows_h {

std::optional<posix::found_file> file_of(HANDLE handle, DWORD rights) noexcept {
    const auto found = posix::find_file(value_of(handle));
    if (!found) {
        SetLastError(found.error().value());
        return std::nullopt;
    }
    if (rights != 0 && (found->access & rights) == 0) {
        SetLastError(ERROR_ACCESS_DENIED);
        return std::nullopt;
    }
    return *found;
}

DWORD error_of_file(int error) noexcept {
    switch (error) {
        case ENOSPC:
        case EDQUOT:
        case EFBIG:
            return ERROR_DISK_FULL;
        case EFAULT:
            return ERROR_NOACCESS;
        case EBADF:
            return ERROR_ACCESS_DENIED;
        case EIO:
            return ERROR_IO_DEVICE;
        case EISDIR:
        case ESPIPE:
        case ENOTTY:
            return ERROR_INVALID_FUNCTION;
        case EINVAL:
            return ERROR_INVALID_PARAMETER;
        case EMFILE:
        case ENFILE:
            return ERROR_TOO_MANY_OPEN_FILES;
        case ENOMEM:
        case ENOBUFS:
            return ERROR_NO_SYSTEM_RESOURCES;
        case EPERM:
        case EACCES:
        case EROFS:
            return ERROR_ACCESS_DENIED;
        default:
            return ERROR_GEN_FAILURE;
    }
}

own_descriptor::~own_descriptor() {
    if (fd_ >= 0) ::close(fd_);
}

std::string path_of_descriptor(int fd) {
    return "/proc/self/fd/" + std::to_string(fd);
}

}  // namespace kobj::windows_h
