#include "posix/windows_h/file/file_path.hpp"

#include <strings.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

#include "posix/windows_h/text/text.hpp"

namespace kobj::windows_h {

namespace {

file_path made_of(std::string text) {
    if (text.empty()) return {{}, ERROR_PATH_NOT_FOUND};
    text = with_slashes(std::move(text));
    // What Windows takes as it stands, and its devices.
    for (const std::string_view prefix : {"//?/", "//./"})
        if (text.starts_with(prefix)) text.erase(0, prefix.size());
    if (text.find_first_of("*?\"<>|") != std::string::npos) return {{}, ERROR_INVALID_NAME};
    if (strcasecmp(text.c_str(), "NUL") == 0 || strcasecmp(text.c_str(), "NUL:") == 0) text = "/dev/null";
    return {std::move(text), 0};
}

}  // namespace

std::string with_slashes(std::string text) {
    std::replace(text.begin(), text.end(), '\\', '/');
    return text;
}

file_path file_path_of(LPCSTR name) {
    return made_of(name == nullptr ? std::string() : std::string(name));
}
file_path file_path_of(LPCWSTR name) {
    auto text = to_utf8(std::wstring_view(name == nullptr ? L"" : name));
    if (!text) return {{}, ERROR_NO_UNICODE_TRANSLATION};
    return made_of(*std::move(text));
}

bool is_console(const std::string& path) noexcept {
    return strcasecmp(path.c_str(), "CON") == 0 || strcasecmp(path.c_str(), "CONIN$") == 0 ||
           strcasecmp(path.c_str(), "CONOUT$") == 0;
}

bool has_folder(const std::string& path) noexcept {
    const std::size_t last = path.find_last_not_of('/');
    const std::size_t slash = last == std::string::npos ? last : path.rfind('/', last);
    if (slash == std::string::npos || slash == 0) return true;
    struct stat facts {};
    return stat(path.substr(0, slash).c_str(), &facts) == 0 && S_ISDIR(facts.st_mode);
}

DWORD error_of_path(int error, const std::string& path) noexcept {
    switch (error) {
        case ENOENT:
            return has_folder(path) ? ERROR_FILE_NOT_FOUND : ERROR_PATH_NOT_FOUND;
        case ENOTDIR:
            return ERROR_PATH_NOT_FOUND;
        case EEXIST:
            return ERROR_FILE_EXISTS;
        case EMFILE:
        case ENFILE:
            return ERROR_TOO_MANY_OPEN_FILES;
        case ENAMETOOLONG:
            return ERROR_FILENAME_EXCED_RANGE;
        case ELOOP:
            return ERROR_CANT_RESOLVE_FILENAME;
        case ENOSPC:
        case EDQUOT:
        case EFBIG:
            return ERROR_DISK_FULL;
        case EROFS:
            return ERROR_WRITE_PROTECT;
        case ENOMEM:
            return ERROR_NOT_ENOUGH_MEMORY;
        case EXDEV:
            return ERROR_NOT_SAME_DEVICE;
        case ENOTEMPTY:
            return ERROR_DIR_NOT_EMPTY;
        case EBUSY:
        case ETXTBSY:
            // A program that runs, a folder that something is mounted on.
            return ERROR_SHARING_VIOLATION;
        case EINVAL:
            return ERROR_INVALID_NAME;
        default:
            return ERROR_ACCESS_DENIED;
    }
}

}  // namespace kobj::windows_h
