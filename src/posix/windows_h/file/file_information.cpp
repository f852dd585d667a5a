#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>

#include "posix/windows_h/call.hpp"
#include "posix/windows_h/clock/clock.hpp"
#include "posix/windows_h/file/file_facts.hpp"
#include "posix/windows_h/file/file_path.hpp"
#include "posix/windows_h/file/open_file.hpp"

namespace kobj::windows_h {

namespace {

FILETIME file_time_of(const struct statx_timestamp& time) noexcept {
    return file_time(file_ticks(time.tv_sec * std::int64_t{1'000'000'000} + time.tv_nsec));
}

std::uint64_t number_of(const FILETIME& time) noexcept {
    return std::uint64_t{time.dwHighDateTime} << 32U | time.dwLowDateTime;
}

timespec time_of(const FILETIME* time) noexcept {
    const std::uint64_t ticks = time == nullptr ? 0 : number_of(*time);
    // Not given, or to be left alone from now on.
    if (ticks == 0 || ticks >= UINT64_MAX - 1) return {0, UTIME_OMIT};
    const auto since_1970 = static_cast<std::int64_t>(ticks) - file_ticks(0);
    constexpr std::int64_t second = 10'000'000;
    const std::int64_t seconds = since_1970 >= 0 ? since_1970 / second : -((-since_1970 + second - 1) / second);
    return {seconds, static_cast<long>((since_1970 - seconds * second) * 100)};
}

}  // namespace

file_facts facts_of_file(int folder, const std::string& path) noexcept {
    file_facts facts;
    struct statx found {};
    struct stat link {};
    const int flags = path.empty() ? AT_EMPTY_PATH : 0;
    const bool is_link =
        !path.empty() && fstatat(folder, path.c_str(), &link, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(link.st_mode);
    if (statx(folder, path.c_str(), flags, STATX_BASIC_STATS | STATX_BTIME, &found) != 0 &&
        !(is_link && statx(folder, path.c_str(), AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS | STATX_BTIME, &found) == 0)) {
        facts.error = error_of_path(errno, path);
        return facts;
    }
    if (S_ISDIR(found.stx_mode))
        facts.attributes = FILE_ATTRIBUTE_DIRECTORY;
    else if (S_ISREG(found.stx_mode) || S_ISLNK(found.stx_mode))
        facts.attributes = FILE_ATTRIBUTE_ARCHIVE;
    else
        facts.attributes = FILE_ATTRIBUTE_DEVICE;
    if (S_ISREG(found.stx_mode) && (found.stx_mode & 0222U) == 0) facts.attributes |= FILE_ATTRIBUTE_READONLY;
    if (is_link) facts.attributes |= FILE_ATTRIBUTE_REPARSE_POINT;
    facts.read = file_time_of(found.stx_atime);
    facts.written = file_time_of(found.stx_mtime);
    facts.created = (found.stx_mask & STATX_BTIME) != 0 ? file_time_of(found.stx_btime) : facts.written;
    facts.size = S_ISDIR(found.stx_mode) ? 0 : found.stx_size;
    facts.inode = found.stx_ino;
    facts.device = found.stx_dev_major << 16U ^ found.stx_dev_minor;
    facts.links = found.stx_nlink;
    return facts;
}

namespace {

template <class Char>
DWORD attributes_of(const Char* name) noexcept {
    DWORD attributes = 0;
    const BOOL found = with_path(name, [&](const std::string& path) {
        const file_facts facts = facts_of_file(AT_FDCWD, path);
        attributes = facts.attributes;
        return facts.error;
    });
    return found == FALSE ? INVALID_FILE_ATTRIBUTES : attributes;
}

template <class Char>
BOOL get_attributes(const Char* name, GET_FILEEX_INFO_LEVELS level, void* to) noexcept {
    if (level != GetFileExInfoStandard) return refuse(ERROR_INVALID_PARAMETER);
    return with_path(name, [&](const std::string& path) {
        const file_facts facts = facts_of_file(AT_FDCWD, path);
        if (facts.error == 0) fill(*static_cast<WIN32_FILE_ATTRIBUTE_DATA*>(to), facts);
        return facts.error;
    });
}

template <class Char>
BOOL set_attributes(const Char* name, DWORD attributes) noexcept {
    return with_path(name, [&](const std::string& path) -> DWORD {
        struct stat facts {};
        if (stat(path.c_str(), &facts) != 0) return error_of_path(errno, path);
        // Of a folder it would say that nothing can be made in it, which is not what it says on Windows.
        if (S_ISDIR(facts.st_mode)) return 0;
        constexpr mode_t all = S_IWUSR | S_IWGRP | S_IWOTH;
        mode_t mode = facts.st_mode & 07777U;
        if ((attributes & FILE_ATTRIBUTE_READONLY) != 0)
            mode &= ~all;
        else if (is_read_only(facts))
            mode |= S_IWUSR;
        return mode == (facts.st_mode & 07777U) || chmod(path.c_str(), mode) == 0 ? 0 : error_of_path(errno, path);
    });
}

}  // namespace

}  // namespace kobj::windows_h

using namespace kobj::windows_h;

DWORD GetFileAttributesA(LPCSTR name) {
    return attributes_of(name);
}
DWORD GetFileAttributesW(LPCWSTR name) {
    return attributes_of(name);
}
BOOL GetFileAttributesExA(LPCSTR name, GET_FILEEX_INFO_LEVELS level, LPVOID to) {
    return get_attributes(name, level, to);
}
BOOL GetFileAttributesExW(LPCWSTR name, GET_FILEEX_INFO_LEVELS level, LPVOID to) {
    return get_attributes(name, level, to);
}
BOOL SetFileAttributesA(LPCSTR name, DWORD attributes) {
    return set_attributes(name, attributes);
}
BOOL SetFileAttributesW(LPCWSTR name, DWORD attributes) {
    return set_attributes(name, attributes);
}

DWORD GetFileType(HANDLE handle) {
    const auto file = file_of(handle);
    if (!file) return FILE_TYPE_UNKNOWN;
    const auto kind = static_cast<DWORD>(file->bits & file_object::kind_mask);
    if (kind == FILE_TYPE_UNKNOWN) SetLastError(NO_ERROR);
    return kind;
}

BOOL GetFileInformationByHandle(HANDLE handle, LPBY_HANDLE_FILE_INFORMATION to) {
    const auto file = file_of(handle, FILE_READ_ATTRIBUTES);
    if (!file) return FALSE;
    if ((file->bits & file_object::kind_mask) != FILE_TYPE_DISK) return refuse(ERROR_INVALID_FUNCTION);
    const file_facts facts = facts_of_file(file->fd, {});
    if (facts.error != 0) return refuse(facts.error);
    *to = {};
    fill(*to, facts);
    to->dwVolumeSerialNumber = facts.device;
    to->nNumberOfLinks = facts.links;
    to->nFileIndexHigh = static_cast<DWORD>(facts.inode >> 32U);
    to->nFileIndexLow = static_cast<DWORD>(facts.inode);
    return TRUE;
}

BOOL GetFileTime(HANDLE handle, LPFILETIME created, LPFILETIME read, LPFILETIME written) {
    const auto file = file_of(handle, FILE_READ_ATTRIBUTES);
    if (!file) return FALSE;
    const file_facts facts = facts_of_file(file->fd, {});
    if (facts.error != 0) return refuse(facts.error);
    if (created != nullptr) *created = facts.created;
    if (read != nullptr) *read = facts.read;
    if (written != nullptr) *written = facts.written;
    return TRUE;
}

BOOL SetFileTime(HANDLE handle, const FILETIME*, const FILETIME* read, const FILETIME* written) {
    const auto file = file_of(handle, FILE_WRITE_ATTRIBUTES);
    if (!file) return FALSE;
    const timespec times[] = {time_of(read), time_of(written)};
    return utimensat(AT_FDCWD, path_of_descriptor(file->fd).c_str(), times, 0) == 0 ? TRUE
                                                                                    : refuse(error_of_file(errno));
}
