#include <kobj/process.hpp>

#include <sys/auxv.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <new>

#include "posix/windows_h/call.hpp"
#include "posix/windows_h/text/text.hpp"

using namespace kobj::windows_h;

namespace {

// Where the program's file lies in memory: its program headers stand in the first page.
HMODULE program() noexcept {
    const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
    return reinterpret_cast<HMODULE>(getauxval(AT_PHDR) & ~(page - 1));
}

template <class Char>
DWORD file_name(HMODULE module, Char* buffer, DWORD room) noexcept {
    try {
        if (module != nullptr && module != program()) return static_cast<DWORD>(refuse(ERROR_MOD_NOT_FOUND));
        const auto path = to_form<Char>(kobj::process::executable_path());
        const auto part = std::min<std::size_t>(path.size(), room == 0 ? 0 : room - 1);
        if (room != 0) {
            std::memcpy(buffer, path.data(), part * sizeof(Char));
            buffer[part] = 0;
        }
        SetLastError(part == path.size() && room != 0 ? ERROR_SUCCESS : ERROR_INSUFFICIENT_BUFFER);
        // A path that is cut has the length of the whole buffer, its null included.
        return part == path.size() && room != 0 ? static_cast<DWORD>(part) : room;
    } catch (const std::bad_alloc&) {
        return static_cast<DWORD>(refuse(ERROR_NOT_ENOUGH_MEMORY));
    }
}

template <class Char>
HMODULE module_handle(const Char* name) noexcept {
    try {
        if (name == nullptr) return program();
        const std::string path = kobj::process::executable_path();
        const auto wanted = to_utf8(std::basic_string_view<Char>(name));
        if (wanted == path || wanted == std::filesystem::path(path).filename().string()) return program();
        SetLastError(ERROR_MOD_NOT_FOUND);
    } catch (const std::bad_alloc&) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    }
    return nullptr;
}

}  // namespace

DWORD GetModuleFileNameA(HMODULE module, LPSTR buffer, DWORD room) {
    return file_name(module, buffer, room);
}
DWORD GetModuleFileNameW(HMODULE module, LPWSTR buffer, DWORD room) {
    return file_name(module, buffer, room);
}
HMODULE GetModuleHandleA(LPCSTR name) {
    return module_handle(name);
}
HMODULE GetModuleHandleW(LPCWSTR name) {
    return module_handle(name);
}
