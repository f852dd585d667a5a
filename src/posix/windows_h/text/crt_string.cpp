#include <wchar.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <climits>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <cwctype>
#include <string>

#include <crt_names.h>

namespace {

// Capitals of ASCII, as in the locale "C" with which a program begins.
template <class Char>
Char lower(Char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<Char>(c - 'A' + 'a') : c;
}
template <class Char>
Char upper(Char c) noexcept {
    return c >= 'a' && c <= 'z' ? static_cast<Char>(c - 'a' + 'A') : c;
}

template <class Char>
int compare(const Char* first, const Char* second, size_t most) noexcept {
    if (first == nullptr || second == nullptr) return errno = EINVAL, INT_MAX;
    for (; most != 0; --most, ++first, ++second) {
        const auto a = static_cast<std::make_unsigned_t<Char>>(lower(*first));
        const auto b = static_cast<std::make_unsigned_t<Char>>(lower(*second));
        if (a != b) return a < b ? -1 : 1;
        if (a == 0) break;
    }
    return 0;
}

template <class Char>
Char* change(Char* text, Char (*to)(Char)) noexcept {
    for (Char* at = text; at != nullptr && *at != 0; ++at) *at = to(*at);
    return text;
}

template <class Char>
size_t length_within(const Char* text, size_t most) noexcept {
    size_t length = 0;
    while (text != nullptr && length < most && text[length] != 0) ++length;
    return length;
}

// Puts `text`, of which at most `most` units count, behind the first `used` units.
template <class Char>
errno_t put(Char* to, size_t room, size_t used, const Char* text, size_t most) noexcept {
    if (to == nullptr || room == 0) return errno = EINVAL;
    if (text == nullptr && most != 0) return *to = 0, errno = EINVAL;
    // Who says _TRUNCATE wants what fits; others want all of it or nothing.
    const size_t left = room - used;
    const size_t length = text == nullptr ? 0 : length_within(text, std::min(most, left));
    if (length < left) {
        std::copy_n(text, length, to + used);
        to[used + length] = 0;
        return 0;
    }
    if (most == _TRUNCATE) {
        std::copy_n(text, left - 1, to + used);
        to[room - 1] = 0;
        return STRUNCATE;
    }
    *to = 0;
    return errno = ERANGE;
}

constexpr size_t all = SIZE_MAX - 1;

template <class Char>
errno_t append(Char* to, size_t room, const Char* text, size_t most) noexcept {
    if (to == nullptr || room == 0) return errno = EINVAL;
    const size_t used = length_within(to, room);
    if (used == room) return *to = 0, errno = EINVAL;
    return put(to, room, used, text, most);
}

errno_t copy_bytes(void* to, size_t room, const void* from, size_t count) noexcept {
    if (count == 0) return 0;
    if (to == nullptr) return errno = EINVAL;
    if (from == nullptr || room < count) {
        std::memset(to, 0, room);
        return errno = from == nullptr ? EINVAL : ERANGE;
    }
    std::memmove(to, from, count);
    return 0;
}

// The digits of a number. A negative one has a sign in base 10, and is its two's complement in others.
template <class Char, class Signed>
errno_t digits_of(Signed value, Char* to, size_t room, int base) noexcept {
    if (to == nullptr || room == 0) return errno = EINVAL;
    *to = 0;
    if (base < 2 || base > 36) return errno = EINVAL;
    char text[sizeof(Signed) * 8 + 2];
    const auto end = base == 10
                         ? std::to_chars(text, std::end(text), value)
                         : std::to_chars(text, std::end(text), static_cast<std::make_unsigned_t<Signed>>(value), base);
    const auto length = static_cast<size_t>(end.ptr - text);
    if (length >= room) return errno = ERANGE;
    std::copy(text, end.ptr, to);
    to[length] = 0;
    return 0;
}
template <class Char, class Signed>
Char* digits_of(Signed value, Char* to, int base) noexcept {
    digits_of(value, to, size_t{INT_MAX}, base);
    return to;
}

}  // namespace

int _stricmp(const char* first, const char* second) {
    return compare(first, second, SIZE_MAX);
}
int _strnicmp(const char* first, const char* second, size_t most) {
    return compare(first, second, most);
}
int _wcsicmp(const wchar_t* first, const wchar_t* second) {
    return compare(first, second, SIZE_MAX);
}
int _wcsnicmp(const wchar_t* first, const wchar_t* second, size_t most) {
    return compare(first, second, most);
}
int _memicmp(const void* first, const void* second, size_t count) {
    const auto* a = static_cast<const char*>(first);
    const auto* b = static_cast<const char*>(second);
    for (; count != 0; --count, ++a, ++b)
        if (const int order = static_cast<unsigned char>(lower(*a)) - static_cast<unsigned char>(lower(*b)); order != 0)
            return order < 0 ? -1 : 1;
    return 0;
}

char* _strdup(const char* text) {
    return text == nullptr ? nullptr : ::strdup(text);
}
wchar_t* _wcsdup(const wchar_t* text) {
    return text == nullptr ? nullptr : ::wcsdup(text);
}
char* _strlwr(char* text) {
    return change<char>(text, lower);
}
char* _strupr(char* text) {
    return change<char>(text, upper);
}
wchar_t* _wcslwr(wchar_t* text) {
    return change<wchar_t>(text, lower);
}
wchar_t* _wcsupr(wchar_t* text) {
    return change<wchar_t>(text, upper);
}

size_t strnlen_s(const char* text, size_t most) {
    return length_within(text, most);
}
size_t wcsnlen_s(const wchar_t* text, size_t most) {
    return length_within(text, most);
}
errno_t strcpy_s(char* to, size_t room, const char* from) {
    return put(to, room, 0, from, all);
}
errno_t wcscpy_s(wchar_t* to, size_t room, const wchar_t* from) {
    return put(to, room, 0, from, all);
}
errno_t strncpy_s(char* to, size_t room, const char* from, size_t most) {
    return put(to, room, 0, from, most);
}
errno_t wcsncpy_s(wchar_t* to, size_t room, const wchar_t* from, size_t most) {
    return put(to, room, 0, from, most);
}
errno_t strcat_s(char* to, size_t room, const char* from) {
    return append(to, room, from, all);
}
errno_t wcscat_s(wchar_t* to, size_t room, const wchar_t* from) {
    return append(to, room, from, all);
}
errno_t strncat_s(char* to, size_t room, const char* from, size_t most) {
    return append(to, room, from, most);
}
errno_t wcsncat_s(wchar_t* to, size_t room, const wchar_t* from, size_t most) {
    return append(to, room, from, most);
}
char* strtok_s(char* text, const char* separators, char** state) {
    return ::strtok_r(text, separators, state);
}
wchar_t* wcstok_s(wchar_t* text, const wchar_t* separators, wchar_t** state) {
    return std::wcstok(text, separators, state);
}
errno_t memcpy_s(void* to, size_t room, const void* from, size_t count) {
    return copy_bytes(to, room, from, count);
}
errno_t memmove_s(void* to, size_t room, const void* from, size_t count) {
    return copy_bytes(to, room, from, count);
}

int _wtoi(const wchar_t* text) {
    return static_cast<int>(std::wcstol(text, nullptr, 10));
}
LONG _wtol(const wchar_t* text) {
    return static_cast<LONG>(std::wcstol(text, nullptr, 10));
}
long long _wtoi64(const wchar_t* text) {
    return std::wcstoll(text, nullptr, 10);
}
double _wtof(const wchar_t* text) {
    return std::wcstod(text, nullptr);
}
long long _atoi64(const char* text) {
    return std::strtoll(text, nullptr, 10);
}
long long _strtoi64(const char* text, char** end, int base) {
    return std::strtoll(text, end, base);
}
unsigned long long _strtoui64(const char* text, char** end, int base) {
    return std::strtoull(text, end, base);
}
long long _wcstoi64(const wchar_t* text, wchar_t** end, int base) {
    return std::wcstoll(text, end, base);
}
unsigned long long _wcstoui64(const wchar_t* text, wchar_t** end, int base) {
    return std::wcstoull(text, end, base);
}

char* _itoa(int value, char* to, int base) {
    return digits_of(value, to, base);
}
char* _ltoa(LONG value, char* to, int base) {
    return digits_of(value, to, base);
}
char* _ultoa(DWORD value, char* to, int base) {
    return digits_of(value, to, base);
}
char* _i64toa(long long value, char* to, int base) {
    return digits_of(value, to, base);
}
char* _ui64toa(unsigned long long value, char* to, int base) {
    return digits_of(value, to, base);
}
wchar_t* _itow(int value, wchar_t* to, int base) {
    return digits_of(value, to, base);
}
wchar_t* _ltow(LONG value, wchar_t* to, int base) {
    return digits_of(value, to, base);
}
wchar_t* _ultow(DWORD value, wchar_t* to, int base) {
    return digits_of(value, to, base);
}
wchar_t* _i64tow(long long value, wchar_t* to, int base) {
    return digits_of(value, to, base);
}
wchar_t* _ui64tow(unsigned long long value, wchar_t* to, int base) {
    return digits_of(value, to, base);
}
errno_t _itoa_s(int value, char* to, size_t room, int base) {
    return digits_of(value, to, room, base);
}
errno_t _ultoa_s(DWORD value, char* to, size_t room, int base) {
    return digits_of(value, to, room, base);
}
errno_t _itow_s(int value, wchar_t* to, size_t room, int base) {
    return digits_of(value, to, room, base);
}
errno_t _ultow_s(DWORD value, wchar_t* to, size_t room, int base) {
    return digits_of(value, to, room, base);
}
