#include <climits>
#include <cstring>
#include <cwchar>
#include <cwctype>
#include <type_traits>

#include "posix/windows_h/call.hpp"
#include "posix/windows_h/text/unicode.hpp"

using namespace kobj::windows_h;

namespace {

// Takes what fits into `room` units; a room of 0 counts only.
template <class Char>
class output {
public:
    output(Char* to, int room) noexcept : to_(to), room_(room) {}

    bool put(const Char* units, std::size_t count) noexcept {
        if (room_ != 0 && count > static_cast<std::size_t>(room_) - used_) return false;
        if (room_ != 0) std::memcpy(to_ + used_, units, count * sizeof(Char));
        used_ += count;
        return used_ <= INT_MAX;
    }
    [[nodiscard]] int used() const noexcept { return static_cast<int>(used_); }

private:
    Char* to_;
    int room_;
    std::size_t used_ = 0;
};

bool bad_arguments(const void* from, int size, const void* to, int room) noexcept {
    return from == nullptr || size == 0 || room < 0 || (room != 0 && (to == nullptr || to == from));
}

}  // namespace

int MultiByteToWideChar(UINT page, DWORD flags, LPCCH from, int size, LPWSTR to, int room) {
    if ((page != CP_ACP && page != CP_UTF8) || bad_arguments(from, size, to, room))
        return refuse(ERROR_INVALID_PARAMETER);
    const DWORD known = page == CP_UTF8 ? MB_ERR_INVALID_CHARS : MB_ERR_INVALID_CHARS | MB_PRECOMPOSED;
    if ((flags & ~known) != 0) return refuse(ERROR_INVALID_FLAGS);
    const std::size_t length = size < 0 ? std::strlen(from) + 1 : static_cast<std::size_t>(size);
    output<WCHAR> out(to, room);
    for (std::size_t i = 0; i < length;) {
        const decoded next = decode_utf8(from + i, length - i);
        if (!next.valid && (flags & MB_ERR_INVALID_CHARS) != 0) return refuse(ERROR_NO_UNICODE_TRANSLATION);
        const auto unit = static_cast<WCHAR>(next.code);
        if (!out.put(&unit, 1)) return refuse(ERROR_INSUFFICIENT_BUFFER);
        i += next.length;
    }
    return out.used();
}

int WideCharToMultiByte(UINT page, DWORD flags, LPCWCH from, int size, LPSTR to, int room, LPCCH replacing,
                        LPBOOL replaced) {
    if ((page != CP_ACP && page != CP_UTF8) || bad_arguments(from, size, to, room))
        return refuse(ERROR_INVALID_PARAMETER);
    if (page == CP_UTF8 && (replacing != nullptr || replaced != nullptr)) return refuse(ERROR_INVALID_PARAMETER);
    if ((flags & ~WC_ERR_INVALID_CHARS) != 0) return refuse(ERROR_INVALID_FLAGS);
    const std::size_t length = size < 0 ? std::wcslen(from) + 1 : static_cast<std::size_t>(size);
    output<CHAR> out(to, room);
    if (replaced != nullptr) *replaced = FALSE;
    for (std::size_t i = 0; i < length; ++i) {
        auto code = static_cast<char32_t>(from[i]);
        if (!is_scalar(code)) {
            if ((flags & WC_ERR_INVALID_CHARS) != 0) return refuse(ERROR_NO_UNICODE_TRANSLATION);
            if (replaced != nullptr) *replaced = TRUE;
            code = replacement;
        }
        char bytes[4] = {};
        if (!out.put(bytes, encode_utf8(code, bytes))) return refuse(ERROR_INSUFFICIENT_BUFFER);
    }
    return out.used();
}

int lstrlenA(LPCSTR text) {
    return text == nullptr ? 0 : static_cast<int>(std::strlen(text));
}
int lstrlenW(LPCWSTR text) {
    return text == nullptr ? 0 : static_cast<int>(std::wcslen(text));
}

namespace {

template <class Char>
Char* copy_part(Char* to, const Char* from, int room) noexcept {
    if (to == nullptr || from == nullptr || room < 0) return nullptr;
    if (room == 0) return to;
    int i = 0;
    for (; i < room - 1 && from[i] != 0; ++i) to[i] = from[i];
    to[i] = 0;
    return to;
}

}  // namespace

LPSTR lstrcpynA(LPSTR to, LPCSTR from, int room) {
    return copy_part(to, from, room);
}
LPWSTR lstrcpynW(LPWSTR to, LPCWSTR from, int room) {
    return copy_part(to, from, room);
}
LPSTR lstrcpyA(LPSTR to, LPCSTR from) {
    return to == nullptr || from == nullptr ? nullptr : std::strcpy(to, from);
}
LPWSTR lstrcpyW(LPWSTR to, LPCWSTR from) {
    return to == nullptr || from == nullptr ? nullptr : std::wcscpy(to, from);
}
LPSTR lstrcatA(LPSTR to, LPCSTR from) {
    return to == nullptr || from == nullptr ? nullptr : std::strcat(to, from);
}
LPWSTR lstrcatW(LPWSTR to, LPCWSTR from) {
    return to == nullptr || from == nullptr ? nullptr : std::wcscat(to, from);
}

namespace {

// Symbols, digits, letters; the cases of a letter side by side.
template <class Char>
long rank_of(Char unit) noexcept {
    const auto code = static_cast<std::wint_t>(static_cast<std::make_unsigned_t<Char>>(unit));
    const auto folded = static_cast<long>(code < 0x80 && code - L'A' < 26 ? code + 32 : std::towlower(code));
    constexpr long digits = 0x20'0000;
    constexpr long letters = 0x40'0000;
    if (unit == 0) return 0;
    if (folded >= '0' && folded <= '9') return digits + folded;
    return (folded >= 'a' && folded <= 'z') || folded >= 0x80 ? letters + folded : folded;
}

template <class Char>
int compare(const Char* a, const Char* b, bool any_case) noexcept {
    if (a == nullptr || b == nullptr) return (a != nullptr ? 1 : 0) - (b != nullptr ? 1 : 0);
    int by_case = 0;
    for (;; ++a, ++b) {
        const long left = rank_of(*a);
        const long right = rank_of(*b);
        if (left != right) return left < right ? -1 : 1;
        if (*a == 0) return any_case ? 0 : by_case;
        // The small letter first.
        if (by_case == 0 && *a != *b) by_case = *a > *b ? -1 : 1;
    }
}

}  // namespace

int lstrcmpA(LPCSTR a, LPCSTR b) {
    return compare(a, b, false);
}
int lstrcmpW(LPCWSTR a, LPCWSTR b) {
    return compare(a, b, false);
}
int lstrcmpiA(LPCSTR a, LPCSTR b) {
    return compare(a, b, true);
}
int lstrcmpiW(LPCWSTR a, LPCWSTR b) {
    return compare(a, b, true);
}
