#include "posix/windows_h/text/text.hpp"

#include "posix/windows_h/text/unicode.hpp"

namespace kobj::windows_h {

std::wstring to_wide(std::string_view utf8) {
    std::wstring text;
    text.reserve(utf8.size());
    while (!utf8.empty()) {
        const decoded next = decode_utf8(utf8.data(), utf8.size());
        text += static_cast<wchar_t>(next.code);
        utf8.remove_prefix(next.length);
    }
    return text;
}

std::optional<std::string> to_utf8(std::wstring_view text) {
    std::string utf8;
    utf8.reserve(text.size());
    for (const wchar_t unit : text) {
        const auto code = static_cast<char32_t>(unit);
        if (!is_scalar(code)) return std::nullopt;
        char bytes[4] = {};
        utf8.append(bytes, encode_utf8(code, bytes));
    }
    return utf8;
}

}  // namespace kobj::windows_h
