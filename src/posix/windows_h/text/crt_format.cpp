#include <wchar.h>

#include <cerrno>
#include <climits>
#include <cstdarg>
#include <cstdio>
#include <new>

#include <crt_names.h>

#include "posix/windows_h/text/conversion.hpp"

using namespace kobj::windows_h;

// printf with the formats of Windows: %s is a text of the characters that the format has, %S one of the others, and an
// l before an integer means 32 bits.
namespace {

template <class Char>
std::basic_string<Char> formatted(const Char* format, va_list arguments) {
    std::basic_string<Char> text;
    const auto next = [&] { return va_arg(arguments, std::uintptr_t); };
    while (*format != 0) {
        if (*format != '%') {
            text += *format++;
            continue;
        }
        const Char* at = ++format;
        const conversion<Char> convert(at, next, conversion<Char>::of::printf);
        if (convert.takes_argument())
            convert.append(text, next());
        else if (convert.takes_real() && convert.is_long_double())
            convert.append_real(text, va_arg(arguments, long double));
        else if (convert.takes_real())
            convert.append_real(text, va_arg(arguments, double));
        else if (*format != 0)
            at = (text += *format, format + 1);  // no conversion: what stands there is text
        format = at;
    }
    return text;
}

/// Calls `use` with the text and gives its result; -1 and an errno when there is no text.
template <class Char, class F>
int with_text(const Char* format, va_list arguments, F&& use) noexcept {
    if (format == nullptr) return errno = EINVAL, -1;
    try {
        const auto text = formatted(format, arguments);
        return text.size() > INT_MAX ? (errno = ERANGE, -1) : use(text);
    } catch (...) {
        errno = ENOMEM;
        return -1;
    }
}

template <class Char>
int length_of(const std::basic_string<Char>& text) noexcept {
    return static_cast<int>(text.size());
}

template <class Char>
int print(FILE* to, const Char* format, va_list arguments) noexcept {
    return with_text(format, arguments, [&](const std::basic_string<Char>& text) -> int {
        // Once its first output was of wide characters a stream takes no others.
        const std::string utf8 = to_utf8(text).value_or("?");
        const bool put = ::fwide(to, 0) > 0 ? ::fputws(to_wide(utf8).c_str(), to) >= 0
                                            : std::fwrite(utf8.data(), 1, utf8.size(), to) == utf8.size();
        return put ? length_of(text) : -1;
    });
}

// As many units as there is room for, with a null only when it has room, too.
template <class Char>
int print_some(Char* to, size_t room, const Char* format, va_list arguments) noexcept {
    return with_text(format, arguments, [&](const std::basic_string<Char>& text) -> int {
        if (to == nullptr) return room == 0 ? length_of(text) : (errno = EINVAL, -1);
        text.copy(to, room);
        if (text.size() < room) to[text.size()] = 0;
        return text.size() <= room ? length_of(text) : -1;
    });
}

// At most `most` units and a null, or nothing when they do not fit.
template <class Char>
int print_safely(Char* to, size_t room, size_t most, const Char* format, va_list arguments) noexcept {
    if (to == nullptr || room == 0) return errno = EINVAL, -1;
    *to = 0;
    return with_text(format, arguments, [&](const std::basic_string<Char>& text) -> int {
        const size_t part = most == _TRUNCATE ? room - 1 : most;
        if (text.size() < room && text.size() <= part) {
            text.copy(to, text.size());
            to[text.size()] = 0;
            return length_of(text);
        }
        if (part >= room) return errno = ERANGE, -1;
        text.copy(to, part);
        to[part] = 0;
        return -1;
    });
}

template <class Char>
int print_all(Char* to, const Char* format, va_list arguments) noexcept {
    return print_some(to, std::size_t{INT_MAX}, format, arguments);
}

}  // namespace

// `call` with the arguments behind `format` as a list.
#define KOBJ_WITH_LIST(call)     \
    va_list arguments;           \
    va_start(arguments, format); \
    const int length = call;     \
    va_end(arguments);           \
    return length

int vprintf_s(const char* format, va_list arguments) {
    return print(stdout, format, arguments);
}
int vwprintf_s(const wchar_t* format, va_list arguments) {
    return print(stdout, format, arguments);
}
int vfprintf_s(FILE* to, const char* format, va_list arguments) {
    return print(to, format, arguments);
}
int vfwprintf_s(FILE* to, const wchar_t* format, va_list arguments) {
    return print(to, format, arguments);
}
int printf_s(const char* format, ...) {
    KOBJ_WITH_LIST(print(stdout, format, arguments));
}
int wprintf_s(const wchar_t* format, ...) {
    KOBJ_WITH_LIST(print(stdout, format, arguments));
}
int fprintf_s(FILE* to, const char* format, ...) {
    KOBJ_WITH_LIST(print(to, format, arguments));
}
int fwprintf_s(FILE* to, const wchar_t* format, ...) {
    KOBJ_WITH_LIST(print(to, format, arguments));
}

int _vswprintf(wchar_t* to, const wchar_t* format, va_list arguments) {
    return print_all(to, format, arguments);
}
int _swprintf(wchar_t* to, const wchar_t* format, ...) {
    KOBJ_WITH_LIST(print_all(to, format, arguments));
}

int _vsnprintf(char* to, size_t room, const char* format, va_list arguments) {
    return print_some(to, room, format, arguments);
}
int _vsnwprintf(wchar_t* to, size_t room, const wchar_t* format, va_list arguments) {
    return print_some(to, room, format, arguments);
}
int _snprintf(char* to, size_t room, const char* format, ...) {
    KOBJ_WITH_LIST(print_some(to, room, format, arguments));
}
int _snwprintf(wchar_t* to, size_t room, const wchar_t* format, ...) {
    KOBJ_WITH_LIST(print_some(to, room, format, arguments));
}

int _vsnprintf_s(char* to, size_t room, size_t most, const char* format, va_list arguments) {
    return print_safely(to, room, most, format, arguments);
}
int _vsnwprintf_s(wchar_t* to, size_t room, size_t most, const wchar_t* format, va_list arguments) {
    return print_safely(to, room, most, format, arguments);
}
int _snprintf_s(char* to, size_t room, size_t most, const char* format, ...) {
    KOBJ_WITH_LIST(print_safely(to, room, most, format, arguments));
}
int _snwprintf_s(wchar_t* to, size_t room, size_t most, const wchar_t* format, ...) {
    KOBJ_WITH_LIST(print_safely(to, room, most, format, arguments));
}

int vsprintf_s(char* to, size_t room, const char* format, va_list arguments) {
    return print_safely(to, room, room, format, arguments);
}
int vswprintf_s(wchar_t* to, size_t room, const wchar_t* format, va_list arguments) {
    return print_safely(to, room, room, format, arguments);
}
int sprintf_s(char* to, size_t room, const char* format, ...) {
    KOBJ_WITH_LIST(print_safely(to, room, room, format, arguments));
}
int swprintf_s(wchar_t* to, size_t room, const wchar_t* format, ...) {
    KOBJ_WITH_LIST(print_safely(to, room, room, format, arguments));
}

int _vscprintf(const char* format, va_list arguments) {
    return with_text(format, arguments, length_of<char>);
}
int _vscwprintf(const wchar_t* format, va_list arguments) {
    return with_text(format, arguments, length_of<wchar_t>);
}
int _scprintf(const char* format, ...) {
    KOBJ_WITH_LIST(with_text(format, arguments, length_of<char>));
}
int _scwprintf(const wchar_t* format, ...) {
    KOBJ_WITH_LIST(with_text(format, arguments, length_of<wchar_t>));
}

int _putws(const wchar_t* text) {
    return printf_s("%ls\n", text) < 0 ? -1 : 0;
}
