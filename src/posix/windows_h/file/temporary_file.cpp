#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>

#include "posix/windows_h/call.hpp"
#include "posix/windows_h/clock/clock.hpp"
#include "posix/windows_h/file/file_path.hpp"
#include "posix/windows_h/file/open_file.hpp"
#include "posix/windows_h/process/environment.hpp"
#include "posix/windows_h/text/text.hpp"

using namespace kobj::windows_h;

namespace {

std::string temporary_folder() {
    // As on Windows, and then as here. Whether it exists is not asked.
    for (const char* const variable : {"TMP", "TEMP", "TMPDIR"}) {
        const auto value = environment::find(variable);
        if (value && !value->empty()) {
            const std::string path = with_slashes(*value);
            return path.back() == '/' ? path : path + '/';
        }
    }
    return "/tmp/";
}

template <class Char>
DWORD get_folder(DWORD room, Char* buffer) noexcept {
    return guarded([&]() -> DWORD { return give(to_form<Char>(temporary_folder()), buffer, room); });
}

std::string name_of(const std::string& folder, const std::string& prefix, UINT number) {
    char digits[8];
    std::snprintf(digits, sizeof digits, "%x", number & 0xFFFFU);
    return folder + (folder.back() == '/' ? "" : "/") + prefix + digits + ".tmp";
}

// 0 and errno when no file could be made.
UINT make_unique(const std::string& folder, const std::string& prefix, std::string& path) {
    static std::atomic<UINT> next{static_cast<UINT>(now_by(CLOCK_MONOTONIC)) ^ static_cast<UINT>(getpid())};
    constexpr UINT numbers = 0x10000;
    for (UINT attempt = 0; attempt < numbers; ++attempt) {
        const UINT number = next++ & 0xFFFFU;
        if (number == 0) continue;
        path = name_of(folder, prefix, number);
        const own_descriptor file(
            with_descriptors([&] { return ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666); }));
        if (file) return number;
        if (errno != EEXIST) return 0;
    }
    return 0;
}

template <class Char>
UINT get_name(const Char* folder_name, const Char* prefix_text, UINT number, Char* buffer) noexcept {
    UINT answer = 0;
    (void)with_path(folder_name, [&](const std::string& folder) -> DWORD {
        const auto prefix = to_utf8(std::basic_string_view<Char>(prefix_text).substr(0, 3));
        if (!prefix) return ERROR_NO_UNICODE_TRANSLATION;
        if (to_form<Char>(folder).size() > MAX_PATH - 14) return ERROR_BUFFER_OVERFLOW;
        std::string path;
        if ((number & 0xFFFFU) != 0) {
            path = name_of(folder, *prefix, number);
            answer = number & 0xFFFFU;
        } else {
            struct stat facts {};
            if (stat(folder.c_str(), &facts) != 0 || !S_ISDIR(facts.st_mode)) return ERROR_DIRECTORY;
            answer = make_unique(folder, *prefix, path);
            if (answer == 0) return error_of_path(errno, path);
        }
        const auto text = to_form<Char>(path);
        std::copy_n(text.c_str(), text.size() + 1, buffer);
        return 0;
    });
    return answer;
}

}  // namespace

DWORD GetTempPathA(DWORD room, LPSTR buffer) {
    return get_folder(room, buffer);
}
DWORD GetTempPathW(DWORD room, LPWSTR buffer) {
    return get_folder(room, buffer);
}
UINT GetTempFileNameA(LPCSTR folder, LPCSTR prefix, UINT number, LPSTR buffer) {
    return get_name(folder, prefix, number, buffer);
}
UINT GetTempFileNameW(LPCWSTR folder, LPCWSTR prefix, UINT number, LPWSTR buffer) {
    return get_name(folder, prefix, number, buffer);
}
