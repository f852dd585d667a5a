#include <fcntl.h>

#include <cerrno>
#include <cstdint>

#include "posix/windows_h/call.hpp"
#include "posix/windows_h/file/open_file.hpp"

using namespace kobj::windows_h;

namespace {

// Locks of open file descriptions: they belong to the file as it was opened, as on Windows, and go with its last
// handle.
DWORD set_lock(HANDLE handle, short kind, bool wait, std::uint64_t from, std::uint64_t length) noexcept {
    const auto file = file_of(handle);
    if (!file) return GetLastError();
    if ((file->bits & file_object::kind_mask) != FILE_TYPE_DISK) return ERROR_INVALID_FUNCTION;
    constexpr std::uint64_t most = INT64_MAX;
    if (from > most) return ERROR_INVALID_PARAMETER;
    if (length == 0) return 0;
    struct flock range {};
    range.l_type = kind;
    range.l_whence = SEEK_SET;
    range.l_start = static_cast<off_t>(from);
    // 0: up to the end, wherever that comes to be.
    range.l_len = length > most - from ? 0 : static_cast<off_t>(length);
    while (fcntl(file->fd, wait ? F_OFD_SETLKW : F_OFD_SETLK, &range) != 0) {
        if (errno == EINTR) continue;
        return errno == EAGAIN || errno == EACCES ? ERROR_LOCK_VIOLATION : error_of_file(errno);
    }
    return 0;
}

constexpr std::uint64_t number(DWORD low, DWORD high) noexcept {
    return std::uint64_t{high} << 32U | low;
}

BOOL told(DWORD error) noexcept {
    return error == 0 ? TRUE : refuse(error);
}

}  // namespace

BOOL LockFile(HANDLE file, DWORD from, DWORD from_high, DWORD length, DWORD length_high) {
    return told(set_lock(file, F_WRLCK, false, number(from, from_high), number(length, length_high)));
}
BOOL UnlockFile(HANDLE file, DWORD from, DWORD from_high, DWORD length, DWORD length_high) {
    return told(set_lock(file, F_UNLCK, false, number(from, from_high), number(length, length_high)));
}
BOOL LockFileEx(HANDLE file, DWORD flags, DWORD reserved, DWORD length, DWORD length_high, LPOVERLAPPED request) {
    if (reserved != 0 || (flags & ~(LOCKFILE_FAIL_IMMEDIATELY | LOCKFILE_EXCLUSIVE_LOCK)) != 0)
        return refuse(ERROR_INVALID_PARAMETER);
    const short kind = (flags & LOCKFILE_EXCLUSIVE_LOCK) != 0 ? F_WRLCK : F_RDLCK;
    return told(set_lock(file, kind, (flags & LOCKFILE_FAIL_IMMEDIATELY) == 0,
                         number(request->Offset, request->OffsetHigh), number(length, length_high)));
}
BOOL UnlockFileEx(HANDLE file, DWORD reserved, DWORD length, DWORD length_high, LPOVERLAPPED request) {
    if (reserved != 0) return refuse(ERROR_INVALID_PARAMETER);
    return told(
        set_lock(file, F_UNLCK, false, number(request->Offset, request->OffsetHigh), number(length, length_high)));
}
