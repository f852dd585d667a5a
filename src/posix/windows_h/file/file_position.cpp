#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

#include "posix/windows_h/call.hpp"
#include "posix/windows_h/file/open_file.hpp"
#include "posix/windows_h/file/quiet_write.hpp"

using namespace kobj::windows_h;

namespace {

// The new position, or nothing and the last error.
std::optional<std::int64_t> move(HANDLE handle, std::int64_t distance, DWORD method) noexcept {
    if (method > FILE_END) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return std::nullopt;
    }
    const auto file = file_of(handle);
    if (!file) return std::nullopt;
    constexpr int methods[] = {SEEK_SET, SEEK_CUR, SEEK_END};
    // From the beginning of a file that is open for its attributes only nothing can be read.
    const off_t at = lseek(file->fd, distance, methods[method]);
    if (at >= 0) return at;
    SetLastError(errno == EINVAL ? ERROR_NEGATIVE_SEEK : error_of_file(errno));
    return std::nullopt;
}

std::optional<std::int64_t> size_of(HANDLE handle) noexcept {
    const auto file = file_of(handle);
    if (!file) return std::nullopt;
    struct stat facts {};
    int waiting = 0;
    if ((file->bits & file_object::kind_mask) == FILE_TYPE_PIPE && ioctl(file->fd, FIONREAD, &waiting) == 0)
        return waiting;
    if ((file->bits & file_object::kind_mask) == FILE_TYPE_DISK && fstat(file->fd, &facts) == 0) return facts.st_size;
    SetLastError(ERROR_INVALID_FUNCTION);
    return std::nullopt;
}

// The two halves, where the lower one may look like the answer of a call that failed.
DWORD lower_half(std::int64_t number, DWORD failed) noexcept {
    const auto low = static_cast<DWORD>(number);
    if (low == failed) SetLastError(NO_ERROR);
    return low;
}

}  // namespace

DWORD SetFilePointer(HANDLE handle, LONG low, PLONG high, DWORD method) {
    const std::int64_t distance =
        high == nullptr ? low : static_cast<std::int64_t>(*high) * (std::int64_t{1} << 32U) + static_cast<DWORD>(low);
    // A position that the caller cannot be told is not taken.
    const auto before = high == nullptr ? move(handle, 0, FILE_CURRENT) : 0;
    if (!before) return INVALID_SET_FILE_POINTER;
    const auto at = move(handle, distance, method);
    if (!at) return INVALID_SET_FILE_POINTER;
    if (high != nullptr) {
        *high = static_cast<LONG>(*at >> 32U);
    } else if (*at > 0xFFFFFFFF) {
        (void)move(handle, *before, FILE_BEGIN);
        SetLastError(ERROR_INVALID_PARAMETER);
        return INVALID_SET_FILE_POINTER;
    }
    return lower_half(*at, INVALID_SET_FILE_POINTER);
}

BOOL SetFilePointerEx(HANDLE handle, LARGE_INTEGER distance, PLARGE_INTEGER position, DWORD method) {
    const auto at = move(handle, distance.QuadPart, method);
    if (!at) return FALSE;
    if (position != nullptr) position->QuadPart = *at;
    return TRUE;
}

BOOL SetEndOfFile(HANDLE handle) {
    const auto file = file_of(handle, FILE_WRITE_DATA);
    if (!file) return FALSE;
    const off_t at = lseek(file->fd, 0, SEEK_CUR);
    if (at < 0) return refuse(error_of_file(errno));
    const quiet_write quietly;
    int error = 0;
    do {
        error = ftruncate(file->fd, at) == 0 ? 0 : errno;
    } while (error == EINTR);
    if (error == 0) return TRUE;
    quietly.swallow(error);
    return refuse(error_of_file(error));
}

DWORD GetFileSize(HANDLE handle, LPDWORD high) {
    const auto size = size_of(handle);
    if (!size) return INVALID_FILE_SIZE;
    if (high != nullptr) *high = static_cast<DWORD>(*size >> 32U);
    return lower_half(*size, INVALID_FILE_SIZE);
}

BOOL GetFileSizeEx(HANDLE handle, PLARGE_INTEGER size) {
    const auto found = size_of(handle);
    if (!found) return FALSE;
    size->QuadPart = *found;
    return TRUE;
}
