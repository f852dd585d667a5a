#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "posix/windows_h/call.hpp"
#include "posix/windows_h/file/file_path.hpp"
#include "posix/windows_h/process/environment.hpp"
#include "posix/windows_h/text/text.hpp"

using namespace kobj::windows_h;

namespace {

template <class Char>
DWORD get_variable(const Char* name, Char* buffer, DWORD room) noexcept {
    return guarded([&]() -> DWORD {
        const auto wanted = name == nullptr ? std::nullopt : to_utf8(std::basic_string_view<Char>(name));
        const auto value = wanted ? environment::find(*wanted) : std::nullopt;
        if (!value) return static_cast<DWORD>(refuse(ERROR_ENVVAR_NOT_FOUND));
        return give(to_form<Char>(*value), buffer, room);
    });
}

template <class Char>
BOOL set_variable(const Char* name, const Char* value) noexcept {
    return guarded([&]() -> BOOL {
        if (name == nullptr) return refuse(ERROR_ENVVAR_NOT_FOUND);
        const auto stored = to_utf8(std::basic_string_view<Char>(name));
        const auto text = to_utf8(std::basic_string_view<Char>(value == nullptr ? name : value));
        if (!stored || !text) return refuse(ERROR_NO_UNICODE_TRANSLATION);
        if (stored->empty() || stored->find('=') != std::string::npos) return refuse(ERROR_INVALID_PARAMETER);
        environment::set(*stored, value == nullptr ? nullptr : &*text);
        return TRUE;
    });
}

// One text after the other, each with its null, and a null more at the end.
template <class Char>
Char* environment_block() noexcept {
    return guarded([] {
        std::basic_string<Char> block;
        for (const auto& entry : environment::all()) block.append(to_form<Char>(entry)).push_back(0);
        block.push_back(0);
        auto* const copy = static_cast<Char*>(LocalAlloc(LMEM_FIXED, block.size() * sizeof(Char)));
        if (copy != nullptr) std::memcpy(copy, block.data(), block.size() * sizeof(Char));
        return copy;
    });
}

template <class Char>
std::basic_string<Char> expanded(std::basic_string_view<Char> text) {
    std::basic_string<Char> result;
    constexpr Char mark = '%';
    while (true) {
        const auto begin = text.find(mark);
        const auto end = begin == text.npos ? text.npos : text.find(mark, begin + 1);
        if (end == text.npos) return result.append(text);
        const auto name = to_utf8(text.substr(begin + 1, end - begin - 1));
        const auto value = name ? environment::find(*name) : std::nullopt;
        result.append(text.substr(0, value ? begin : end + 1));
        if (value) result.append(to_form<Char>(*value));
        text.remove_prefix(end + 1);
    }
}

template <class Char>
DWORD expand(const Char* from, Char* to, DWORD room) noexcept {
    return guarded([&]() -> DWORD {
        const auto text =
            expanded(from == nullptr ? std::basic_string_view<Char>() : std::basic_string_view<Char>(from));
        if (text.size() >= room) SetLastError(ERROR_INSUFFICIENT_BUFFER);
        if (to != nullptr && room != 0) {
            const auto part = std::min<std::size_t>(text.size(), room - 1);
            std::memcpy(to, text.data(), part * sizeof(Char));
            to[part] = 0;
        }
        return static_cast<DWORD>(text.size() + 1);
    });
}

template <class Char>
DWORD get_directory(DWORD room, Char* buffer) noexcept {
    return guarded([&]() -> DWORD {
        std::string path(PATH_MAX, '\0');
        if (::getcwd(path.data(), path.size()) == nullptr)
            return static_cast<DWORD>(refuse(errno == ENOENT ? ERROR_FILE_NOT_FOUND : ERROR_ACCESS_DENIED));
        path.resize(path.find('\0'));
        return give(to_form<Char>(path), buffer, room);
    });
}

// What Windows says of a path that chdir refused.
DWORD why_no_directory(const std::string& path, int error) noexcept {
    struct stat info {};
    switch (error) {
        case EACCES:
            return ERROR_ACCESS_DENIED;
        case ENAMETOOLONG:
            return ERROR_FILENAME_EXCED_RANGE;
        case ENOTDIR:
            return ::stat(path.c_str(), &info) == 0 ? ERROR_DIRECTORY : ERROR_PATH_NOT_FOUND;
        case ENOENT: {
            const auto last = path.find_last_not_of('/');
            const auto slash = path.rfind('/', last);
            const bool alone = slash == std::string::npos || slash == 0;
            return alone || ::stat(path.substr(0, slash).c_str(), &info) == 0 ? ERROR_FILE_NOT_FOUND
                                                                              : ERROR_PATH_NOT_FOUND;
        }
        case ELOOP:
            return ERROR_CANT_RESOLVE_FILENAME;
        default:
            return ERROR_GEN_FAILURE;
    }
}

template <class Char>
BOOL set_directory(const Char* name) noexcept {
    return guarded([&]() -> BOOL {
        auto path = name == nullptr ? std::nullopt : to_utf8(std::basic_string_view<Char>(name));
        if (!path || path->empty()) return refuse(ERROR_INVALID_NAME);
        *path = with_slashes(*std::move(path));
        return ::chdir(path->c_str()) == 0 ? TRUE : refuse(why_no_directory(*path, errno));
    });
}

}  // namespace

DWORD GetEnvironmentVariableA(LPCSTR name, LPSTR buffer, DWORD room) {
    return get_variable(name, buffer, room);
}
DWORD GetEnvironmentVariableW(LPCWSTR name, LPWSTR buffer, DWORD room) {
    return get_variable(name, buffer, room);
}
BOOL SetEnvironmentVariableA(LPCSTR name, LPCSTR value) {
    return set_variable(name, value);
}
BOOL SetEnvironmentVariableW(LPCWSTR name, LPCWSTR value) {
    return set_variable(name, value);
}

LPCH GetEnvironmentStrings() {
    return environment_block<CHAR>();
}
LPWCH GetEnvironmentStringsW() {
    return environment_block<WCHAR>();
}
BOOL FreeEnvironmentStringsA(LPCH block) {
    LocalFree(block);
    return TRUE;
}
BOOL FreeEnvironmentStringsW(LPWCH block) {
    LocalFree(block);
    return TRUE;
}

DWORD ExpandEnvironmentStringsA(LPCSTR from, LPSTR to, DWORD room) {
    return expand(from, to, room);
}
DWORD ExpandEnvironmentStringsW(LPCWSTR from, LPWSTR to, DWORD room) {
    return expand(from, to, room);
}

DWORD GetCurrentDirectoryA(DWORD room, LPSTR buffer) {
    return get_directory(room, buffer);
}
DWORD GetCurrentDirectoryW(DWORD room, LPWSTR buffer) {
    return get_directory(room, buffer);
}
BOOL SetCurrentDirectoryA(LPCSTR path) {
    return set_directory(path);
}
BOOL SetCurrentDirectoryW(LPCWSTR path) {
    return set_directory(path);
}
