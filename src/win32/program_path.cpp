#include "program_path.hpp"

#include "last_error.hpp"
#include "wide.hpp"

#include <algorithm>
#include <utility>

namespace kobj::detail {
namespace {

// Calls `ask(room, buffer)` with a longer buffer until the answer fits. Empty: it failed.
template <class F>
std::wstring ask_for_path(F&& ask) {
    std::wstring path(MAX_PATH, L'\0');
    while (true) {
        const DWORD length = ask(static_cast<DWORD>(path.size()), path.data());
        if (length < path.size()) {
            path.resize(length);
            return path;
        }
        path.resize(std::size_t{length} + 1);
    }
}

std::wstring_view suffix_of(std::wstring_view path) noexcept {
    const auto name = path.substr(path.find_last_of(L"/\\:") + 1);
    const auto dot = name.rfind(L'.');
    return dot == std::wstring_view::npos ? std::wstring_view() : name.substr(dot);
}

bool is_file(const std::wstring& path) noexcept {
    const DWORD attributes = GetFileAttributesW(path.c_str());
    return attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) == 0;
}

bool is_batch_file(std::wstring_view path) noexcept {
    const auto suffix = suffix_of(path);
    const auto equals = [&](std::wstring_view other) {
        return CompareStringOrdinal(suffix.data(), static_cast<int>(suffix.size()), other.data(),
                                    static_cast<int>(other.size()), TRUE) == CSTR_EQUAL;
    };
    return equals(L".bat") || equals(L".cmd");
}

result<std::wstring> locate(const std::wstring& program, std::string_view shown) {
    if (program.find_first_of(L"/\\:") != std::wstring::npos) {
        auto path = full_path(program, shown);
        if (path && suffix_of(*path).empty() && is_file(*path + L".exe")) *path += L".exe";
        return path;
    }
    auto found = ask_for_path(
        [&](DWORD room, wchar_t* path) { return SearchPathW(nullptr, program.c_str(), L".exe", room, path, nullptr); });
    if (found.empty()) return last_error({"the program '", shown, "' is not in PATH"});
    return found;
}

}  // namespace

result<std::wstring> full_path(const std::wstring& path, std::string_view shown) {
    auto full =
        ask_for_path([&](DWORD room, wchar_t* into) { return GetFullPathNameW(path.c_str(), room, into, nullptr); });
    if (full.empty()) return last_error({"GetFullPathName of '", shown, "'"});
    return full;
}

result<std::wstring> find_program(std::string_view program) {
    if (program.empty()) return failure(errc::file_not_found, "the program has no name");
    auto wide = to_wide(program, "the program's name");
    if (!wide) return wide;
    auto path = locate(*wide, program);
    if (!path) return path;
    const DWORD attributes = GetFileAttributesW(path->c_str());
    if (attributes == INVALID_FILE_ATTRIBUTES) return last_error({"the program '", program, "'"});
    if ((attributes & FILE_ATTRIBUTE_DIRECTORY) != 0)
        return explain(errc::access_denied, {"the program '", program, "' is a folder"});
    if (is_batch_file(*path))
        return explain(errc::bad_exe_format,
                       {"'", program, "' is a batch file: start the command interpreter with it"});
    return path;
}

}  // namespace kobj::detail
