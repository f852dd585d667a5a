#include <kobj/error.hpp>

#include <cstring>
#include <new>
#include <string>

#include "posix/windows_h/call.hpp"

using namespace kobj::windows_h;

namespace {

// Those that the functions of <windows.h> give beside kobj's own.
struct meaning {
    DWORD number;
    const char* text;
};
constexpr meaning meanings[] = {
    {ERROR_INSUFFICIENT_BUFFER, "The buffer is too small for the data."},
    {WAIT_TIMEOUT, "The wait timed out."},
    {ERROR_MR_MID_NOT_FOUND, "There is no text for this message number."},
    {ERROR_INVALID_ADDRESS, "The address is invalid."},
    {ERROR_NOACCESS, "The memory may not be accessed."},
    {ERROR_INVALID_FLAGS, "The flags are invalid."},
    {ERROR_NOT_SAME_OBJECT, "The handles lead to different objects."},
    {ERROR_BAD_LENGTH, "The length of the data does not fit."},
    {ERROR_OBJECT_NAME_EXISTS, "It is there already."},
    {ERROR_GEN_FAILURE, "The request failed."},
};

// Empty when there is none. ASCII only.
std::string text_of(DWORD number) {
    for (const auto& each : meanings)
        if (each.number == number) return each.text;
    const auto code = kobj::make_error_code(static_cast<kobj::errc>(number));
    std::string text = code.message();
    if (text == "Windows error " + std::to_string(number) + ".") text.clear();
    return text;
}

template <class Char>
DWORD format(DWORD flags, DWORD number, Char* buffer, DWORD room) noexcept {
    constexpr DWORD width = FORMAT_MESSAGE_MAX_WIDTH_MASK;
    constexpr DWORD known = FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_IGNORE_INSERTS |
                            FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_ARGUMENT_ARRAY | width;
    const auto fail = [](DWORD error) {
        SetLastError(error);
        return DWORD{0};
    };
    if (buffer == nullptr) return fail(ERROR_INVALID_PARAMETER);
    constexpr DWORD sources = FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_FROM_STRING | FORMAT_MESSAGE_FROM_HMODULE;
    if ((flags & sources) == 0) return fail(ERROR_INVALID_PARAMETER);
    if ((flags & ~known) != 0 || ((flags & width) != 0 && (flags & width) != width)) return fail(ERROR_NOT_SUPPORTED);
    try {
        std::string text = text_of(number);
        if (text.empty()) return fail(ERROR_MR_MID_NOT_FOUND);
        text += (flags & width) == width ? " " : "\r\n";
        Char* to = buffer;
        if ((flags & FORMAT_MESSAGE_ALLOCATE_BUFFER) != 0) {
            const std::size_t units = text.size() + 1 > room ? text.size() + 1 : room;
            to = static_cast<Char*>(LocalAlloc(LMEM_FIXED, units * sizeof(Char)));
            if (to == nullptr) return 0;
            // The caller's buffer is a pointer then.
            std::memcpy(static_cast<void*>(buffer), &to, sizeof to);
        } else if (text.size() >= room) {
            return fail(ERROR_INSUFFICIENT_BUFFER);
        }
        for (std::size_t i = 0; i <= text.size(); ++i) to[i] = static_cast<Char>(text.c_str()[i]);
        return static_cast<DWORD>(text.size());
    } catch (const std::bad_alloc&) {
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    }
}

}  // namespace

DWORD FormatMessageA(DWORD flags, LPCVOID, DWORD number, DWORD, LPSTR buffer, DWORD room, va_list*) {
    return format(flags, number, buffer, room);
}
DWORD FormatMessageW(DWORD flags, LPCVOID, DWORD number, DWORD, LPWSTR buffer, DWORD room, va_list*) {
    return format(flags, number, buffer, room);
}
