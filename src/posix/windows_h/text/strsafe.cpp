#include <strsafe.h>

#include <algorithm>
#include <climits>

#include <crt_names.h>

namespace {

constexpr size_t longest = STRSAFE_MAX_CCH;

int print_some(char* to, size_t room, const char* format, va_list arguments) noexcept {
    return _vsnprintf(to, room, format, arguments);
}
int print_some(wchar_t* to, size_t room, const wchar_t* format, va_list arguments) noexcept {
    return _vsnwprintf(to, room, format, arguments);
}

// Up to the null, or `most`.
template <class Char>
size_t length_within(const Char* text, size_t most) noexcept {
    size_t length = 0;
    while (length < most && text[length] != 0) ++length;
    return length;
}

// Behind the first `used` units. What does not fit is cut.
template <class Char>
HRESULT put(Char* to, size_t room, size_t used, const Char* text, size_t most) noexcept {
    const size_t left = room - used;
    const size_t length = length_within(text, std::min(most, left));
    const size_t part = std::min(length, left - 1);
    std::copy_n(text, part, to + used);
    to[used + part] = 0;
    return length == part ? S_OK : STRSAFE_E_INSUFFICIENT_BUFFER;
}

template <class Char>
HRESULT copy(Char* to, size_t room, const Char* text, size_t most = longest) noexcept {
    if (room == 0 || room > longest) return STRSAFE_E_INVALID_PARAMETER;
    if (most > longest) return *to = 0, STRSAFE_E_INVALID_PARAMETER;
    return put(to, room, 0, text, most);
}

template <class Char>
HRESULT append(Char* to, size_t room, const Char* text, size_t most = longest) noexcept {
    if (room == 0 || room > longest || most > longest) return STRSAFE_E_INVALID_PARAMETER;
    const size_t used = length_within(to, room);
    return used == room ? STRSAFE_E_INVALID_PARAMETER : put(to, room, used, text, most);
}

template <class Char>
HRESULT print(Char* to, size_t room, const Char* format, va_list arguments) noexcept {
    if (room == 0 || room > longest) return STRSAFE_E_INVALID_PARAMETER;
    const int length = print_some(to, room, format, arguments);
    if (length >= 0 && static_cast<size_t>(length) < room) return S_OK;
    to[room - 1] = 0;
    return STRSAFE_E_INSUFFICIENT_BUFFER;
}

template <class Char>
HRESULT measure(const Char* text, size_t most, size_t* length, size_t unit) noexcept {
    const bool good = text != nullptr && most <= longest;
    const size_t found = good ? length_within(text, most) : most;
    if (length != nullptr) *length = found < most ? found * unit : 0;
    return found < most ? S_OK : STRSAFE_E_INVALID_PARAMETER;
}

}  // namespace

HRESULT StringCchCopyA(STRSAFE_LPSTR to, size_t room, STRSAFE_LPCSTR text) {
    return copy(to, room, text);
}
HRESULT StringCchCopyNA(STRSAFE_LPSTR to, size_t room, STRSAFE_LPCSTR text, size_t most) {
    return copy(to, room, text, most);
}
HRESULT StringCchCatA(STRSAFE_LPSTR to, size_t room, STRSAFE_LPCSTR text) {
    return append(to, room, text);
}
HRESULT StringCchCatNA(STRSAFE_LPSTR to, size_t room, STRSAFE_LPCSTR text, size_t most) {
    return append(to, room, text, most);
}
HRESULT StringCchVPrintfA(STRSAFE_LPSTR to, size_t room, STRSAFE_LPCSTR format, va_list arguments) {
    return print(to, room, format, arguments);
}
HRESULT StringCchPrintfA(STRSAFE_LPSTR to, size_t room, STRSAFE_LPCSTR format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const HRESULT outcome = print(to, room, format, arguments);
    va_end(arguments);
    return outcome;
}
HRESULT StringCchLengthA(STRSAFE_LPCSTR text, size_t most, size_t* length) {
    return measure(text, most, length, 1);
}
HRESULT StringCchCopyW(STRSAFE_LPWSTR to, size_t room, STRSAFE_LPCWSTR text) {
    return copy(to, room, text);
}
HRESULT StringCchCopyNW(STRSAFE_LPWSTR to, size_t room, STRSAFE_LPCWSTR text, size_t most) {
    return copy(to, room, text, most);
}
HRESULT StringCchCatW(STRSAFE_LPWSTR to, size_t room, STRSAFE_LPCWSTR text) {
    return append(to, room, text);
}
HRESULT StringCchCatNW(STRSAFE_LPWSTR to, size_t room, STRSAFE_LPCWSTR text, size_t most) {
    return append(to, room, text, most);
}
HRESULT StringCchVPrintfW(STRSAFE_LPWSTR to, size_t room, STRSAFE_LPCWSTR format, va_list arguments) {
    return print(to, room, format, arguments);
}
HRESULT StringCchPrintfW(STRSAFE_LPWSTR to, size_t room, STRSAFE_LPCWSTR format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const HRESULT outcome = print(to, room, format, arguments);
    va_end(arguments);
    return outcome;
}
HRESULT StringCchLengthW(STRSAFE_LPCWSTR text, size_t most, size_t* length) {
    return measure(text, most, length, 1);
}
HRESULT StringCbCopyA(STRSAFE_LPSTR to, size_t room, STRSAFE_LPCSTR text) {
    return copy(to, room / sizeof(char), text);
}
HRESULT StringCbCopyNA(STRSAFE_LPSTR to, size_t room, STRSAFE_LPCSTR text, size_t most) {
    return copy(to, room / sizeof(char), text, most / sizeof(char));
}
HRESULT StringCbCatA(STRSAFE_LPSTR to, size_t room, STRSAFE_LPCSTR text) {
    return append(to, room / sizeof(char), text);
}
HRESULT StringCbCatNA(STRSAFE_LPSTR to, size_t room, STRSAFE_LPCSTR text, size_t most) {
    return append(to, room / sizeof(char), text, most / sizeof(char));
}
HRESULT StringCbVPrintfA(STRSAFE_LPSTR to, size_t room, STRSAFE_LPCSTR format, va_list arguments) {
    return print(to, room / sizeof(char), format, arguments);
}
HRESULT StringCbPrintfA(STRSAFE_LPSTR to, size_t room, STRSAFE_LPCSTR format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const HRESULT outcome = print(to, room / sizeof(char), format, arguments);
    va_end(arguments);
    return outcome;
}
HRESULT StringCbLengthA(STRSAFE_LPCSTR text, size_t most, size_t* length) {
    return measure(text, most / sizeof(char), length, sizeof(char));
}
HRESULT StringCbCopyW(STRSAFE_LPWSTR to, size_t room, STRSAFE_LPCWSTR text) {
    return copy(to, room / sizeof(wchar_t), text);
}
HRESULT StringCbCopyNW(STRSAFE_LPWSTR to, size_t room, STRSAFE_LPCWSTR text, size_t most) {
    return copy(to, room / sizeof(wchar_t), text, most / sizeof(wchar_t));
}
HRESULT StringCbCatW(STRSAFE_LPWSTR to, size_t room, STRSAFE_LPCWSTR text) {
    return append(to, room / sizeof(wchar_t), text);
}
HRESULT StringCbCatNW(STRSAFE_LPWSTR to, size_t room, STRSAFE_LPCWSTR text, size_t most) {
    return append(to, room / sizeof(wchar_t), text, most / sizeof(wchar_t));
}
HRESULT StringCbVPrintfW(STRSAFE_LPWSTR to, size_t room, STRSAFE_LPCWSTR format, va_list arguments) {
    return print(to, room / sizeof(wchar_t), format, arguments);
}
HRESULT StringCbPrintfW(STRSAFE_LPWSTR to, size_t room, STRSAFE_LPCWSTR format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const HRESULT outcome = print(to, room / sizeof(wchar_t), format, arguments);
    va_end(arguments);
    return outcome;
}
HRESULT StringCbLengthW(STRSAFE_LPCWSTR text, size_t most, size_t* length) {
    return measure(text, most / sizeof(wchar_t), length, sizeof(wchar_t));
}
