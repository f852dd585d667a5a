#include <limits.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <vector>

#include "posix/windows_h/call.hpp"
#include "posix/windows_h/file/file_path.hpp"
#include "posix/windows_h/text/text.hpp"

using namespace kobj::windows_h;

namespace {

// From the root, without "." and "..". Nothing of it needs to exist.
std::string full_path(const std::string& path) {
    std::string whole = path;
    if (path.front() != '/') {
        char here[PATH_MAX];
        whole = (getcwd(here, sizeof here) == nullptr ? std::string() : std::string(here)) + '/' + path;
    }
    std::vector<std::string_view> parts;
    std::string_view rest = whole;
    while (!rest.empty()) {
        const std::size_t end = rest.find('/');
        const std::string_view part = rest.substr(0, end);
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        if (part == ".." && !parts.empty()) parts.pop_back();
        if (!part.empty() && part != "." && part != "..") parts.push_back(part);
    }
    std::string full;
    for (const std::string_view part : parts) full.append("/").append(part);
    if (full.empty() || whole.back() == '/') full += '/';
    return full;
}

template <class Char>
DWORD get_full_path(const Char* name, DWORD room, Char* buffer, Char** file) noexcept {
    return guarded([&]() -> DWORD {
        const auto given = name == nullptr ? std::nullopt : to_utf8(std::basic_string_view<Char>(name));
        if (!given || given->empty()) return static_cast<DWORD>(refuse(ERROR_INVALID_NAME));
        const auto text = to_form<Char>(full_path(with_slashes(*given)));
        const DWORD told = give(text, buffer, room);
        const bool given_text = told == text.size();
        if (file != nullptr) {
            const std::size_t last = text.rfind(Char('/')) + 1;
            *file = given_text && last < text.size() ? buffer + last : nullptr;
        }
        return told;
    });
}

}  // namespace

DWORD GetFullPathNameA(LPCSTR name, DWORD room, LPSTR buffer, LPSTR* file) {
    return get_full_path(name, room, buffer, file);
}
DWORD GetFullPathNameW(LPCWSTR name, DWORD room, LPWSTR buffer, LPWSTR* file) {
    return get_full_path(name, room, buffer, file);
}
