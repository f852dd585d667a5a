#pragma once

#include <sys/stat.h>

#include <string>

#include <windows.h>

// Paths of Windows as this system has them. A backslash is a slash; a drive is a folder like any other.
namespace kobj::windows_h {

struct file_path {
    std::string text;
    DWORD error = 0;  ///< of the last error, when it is no path
};
file_path file_path_of(LPCSTR name);
file_path file_path_of(LPCWSTR name);

/// Slashes for backslashes.
std::string with_slashes(std::string text);
/// What CreateFile takes for the console: CON, CONIN$, CONOUT$.
bool is_console(const std::string& path) noexcept;

/// The last error for an errno of a call with this path.
DWORD error_of_path(int error, const std::string& path) noexcept;
/// Is the folder that the last part of the path is in there?
bool has_folder(const std::string& path) noexcept;
/// Nobody may write into it: the attribute of being read-only.
inline bool is_read_only(const struct stat& facts) noexcept {
    return (facts.st_mode & (S_IWUSR | S_IWGRP | S_IWOTH)) == 0;
}

/// Runs a call with the path, as one that gives no or FALSE when there is none.
template <class Char, class F>
BOOL with_path(const Char* name, F&& call) noexcept {
    try {
        const file_path path = file_path_of(name);
        const DWORD error = path.error != 0 ? path.error : call(path.text);
        if (error == 0) return TRUE;
        SetLastError(error);
        return FALSE;
    } catch (const std::bad_alloc&) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return FALSE;
    }
}

}  // namespace kobj::windows_h
