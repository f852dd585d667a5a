#include <algorithm>
#include <cstdarg>

#include "posix/windows_h/call.hpp"
#include "posix/windows_h/text/conversion.hpp"

using namespace kobj::windows_h;

// https://learn.microsoft.com/windows/win32/api/winuser/nf-winuser-wsprintfw
namespace {

// With the null.
constexpr std::size_t most_units = 1024;

template <class Char>
int print(Char* to, const Char* format, va_list arguments) noexcept {
    try {
        std::basic_string<Char> text;
        const auto next = [&] { return va_arg(arguments, std::uintptr_t); };
        while (*format != 0 && text.size() < most_units) {
            if (*format != '%') {
                text += *format++;
                continue;
            }
            const Char* at = ++format;
            const conversion<Char> convert(at, next);
            if (convert.takes_argument()) {
                convert.append(text, next());
                format = at;
            } else if (*format != 0) {
                // No conversion: what stands there is text.
                text += *format++;
            }
        }
        const std::size_t length = std::min(text.size(), most_units - 1);
        std::copy_n(text.begin(), length, to);
        to[length] = 0;
        return static_cast<int>(length);
    } catch (...) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        *to = 0;
        return 0;
    }
}

}  // namespace

int wvsprintfA(LPSTR to, LPCSTR format, va_list arguments) {
    return print(to, format, arguments);
}
int wvsprintfW(LPWSTR to, LPCWSTR format, va_list arguments) {
    return print(to, format, arguments);
}
int wsprintfA(LPSTR to, LPCSTR format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const int length = print(to, format, arguments);
    va_end(arguments);
    return length;
}
int wsprintfW(LPWSTR to, LPCWSTR format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const int length = print(to, format, arguments);
    va_end(arguments);
    return length;
}
