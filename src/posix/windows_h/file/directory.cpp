#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "posix/windows_h/call.hpp"
#include "posix/windows_h/file/copy_file.hpp"
#include "posix/windows_h/file/file_path.hpp"
#include "posix/windows_h/file/open_file.hpp"

using namespace kobj::windows_h;

namespace {

// Removing and renaming a file open it, for a moment, to be removed, and share everything.
DWORD may_remove(const struct stat& facts) noexcept {
    const auto free =
        kobj::posix::check_sharing(facts.st_dev, facts.st_ino, file_object::to_remove | file_object::shares);
    return free ? 0 : free.error().value();
}

template <class Char>
BOOL delete_file(const Char* name) noexcept {
    return with_path(name, [&](const std::string& path) -> DWORD {
        struct stat facts {};
        if (lstat(path.c_str(), &facts) != 0) return error_of_path(errno, path);
        if (S_ISDIR(facts.st_mode) || (S_ISREG(facts.st_mode) && is_read_only(facts))) return ERROR_ACCESS_DENIED;
        if (const DWORD error = may_remove(facts); error != 0) return error;
        return ::unlink(path.c_str()) == 0 ? 0 : error_of_path(errno, path);
    });
}

template <class Char>
BOOL create_directory(const Char* name) noexcept {
    return with_path(name, [&](const std::string& path) -> DWORD {
        if (::mkdir(path.c_str(), 0777) == 0) return 0;
        if (errno == ENOENT) return ERROR_PATH_NOT_FOUND;
        return errno == EEXIST ? ERROR_ALREADY_EXISTS : error_of_path(errno, path);
    });
}

template <class Char>
BOOL remove_directory(const Char* name) noexcept {
    return with_path(name, [&](const std::string& path) -> DWORD {
        struct stat facts {};
        if (lstat(path.c_str(), &facts) == 0 && !S_ISDIR(facts.st_mode)) return ERROR_DIRECTORY;
        if (::rmdir(path.c_str()) == 0) return 0;
        // Some file systems say so of one that is not empty.
        return errno == EEXIST ? ERROR_DIR_NOT_EMPTY : error_of_path(errno, path);
    });
}

DWORD move_file(const std::string& from, const std::string& to, DWORD flags) {
    struct stat source {};
    struct stat target {};
    if (lstat(from.c_str(), &source) != 0) return error_of_path(errno, from);
    if (const DWORD error = may_remove(source); error != 0) return error;
    const bool replaces = (flags & MOVEFILE_REPLACE_EXISTING) != 0;
    const bool same =
        lstat(to.c_str(), &target) == 0 && target.st_dev == source.st_dev && target.st_ino == source.st_ino;
    if (target.st_nlink != 0 && !same && replaces) {
        if (S_ISDIR(target.st_mode) || S_ISDIR(source.st_mode) || (S_ISREG(target.st_mode) && is_read_only(target)))
            return ERROR_ACCESS_DENIED;
        if (may_remove(target) != 0) return ERROR_ACCESS_DENIED;
    }
    const unsigned how = replaces || same ? 0 : RENAME_NOREPLACE;
    if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), how) == 0) return 0;
    if (errno == EEXIST) return ERROR_ALREADY_EXISTS;
    // To a missing folder, while the file is there.
    if (errno == ENOENT) return ERROR_PATH_NOT_FOUND;
    if (errno != EXDEV) return error_of_path(errno, to);
    if ((flags & MOVEFILE_COPY_ALLOWED) == 0 || S_ISDIR(source.st_mode)) return ERROR_NOT_SAME_DEVICE;
    if (const DWORD error = copy_file(from, to, !replaces); error != 0)
        return error == ERROR_FILE_EXISTS ? ERROR_ALREADY_EXISTS : error;
    return ::unlink(from.c_str()) == 0 ? 0 : error_of_path(errno, from);
}

template <class Char>
BOOL move_named(const Char* from, const Char* to, DWORD flags) noexcept {
    constexpr DWORD known = MOVEFILE_REPLACE_EXISTING | MOVEFILE_COPY_ALLOWED | MOVEFILE_WRITE_THROUGH;
    if ((flags & MOVEFILE_DELAY_UNTIL_REBOOT) != 0) return refuse(ERROR_NOT_SUPPORTED);
    if ((flags & ~known) != 0) return refuse(ERROR_INVALID_PARAMETER);
    return with_path(from, [&](const std::string& source) -> DWORD {
        const file_path target = file_path_of(to);
        return target.error != 0 ? target.error : move_file(source, target.text, flags);
    });
}

}  // namespace

BOOL DeleteFileA(LPCSTR name) {
    return delete_file(name);
}
BOOL DeleteFileW(LPCWSTR name) {
    return delete_file(name);
}
BOOL CreateDirectoryA(LPCSTR name, LPSECURITY_ATTRIBUTES) {
    return create_directory(name);
}
BOOL CreateDirectoryW(LPCWSTR name, LPSECURITY_ATTRIBUTES) {
    return create_directory(name);
}
BOOL RemoveDirectoryA(LPCSTR name) {
    return remove_directory(name);
}
BOOL RemoveDirectoryW(LPCWSTR name) {
    return remove_directory(name);
}
BOOL MoveFileA(LPCSTR from, LPCSTR to) {
    return move_named(from, to, MOVEFILE_COPY_ALLOWED);
}
BOOL MoveFileW(LPCWSTR from, LPCWSTR to) {
    return move_named(from, to, MOVEFILE_COPY_ALLOWED);
}
BOOL MoveFileExA(LPCSTR from, LPCSTR to, DWORD flags) {
    return move_named(from, to, flags);
}
BOOL MoveFileExW(LPCWSTR from, LPCWSTR to, DWORD flags) {
    return move_named(from, to, flags);
}
