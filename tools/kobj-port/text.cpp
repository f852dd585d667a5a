#include "text.hpp"

#include <fmt/format.h>

#include <cstdint>

namespace port {
namespace {

unsigned byte_at(std::string_view text, std::size_t i) {
    return static_cast<unsigned char>(text[i]);
}

// Code is ASCII; of the rest only comments and strings are made, in which it does not matter which character it was.
std::string ascii_of_utf16(std::string_view bytes, bool little) {
    std::string text;
    for (std::size_t i = 2; i + 1 < bytes.size(); i += 2) {
        const unsigned unit = byte_at(bytes, little ? i : i + 1) | byte_at(bytes, little ? i + 1 : i) << 8U;
        text += unit < 0x80 ? static_cast<char>(unit) : '?';
    }
    return text;
}

// How many bytes the character at the beginning has; 0 when it is not valid.
std::size_t utf8_length(std::string_view text) {
    const unsigned first = byte_at(text, 0);
    const std::size_t length = first < 0x80                    ? 1
                               : first >= 0xC2 && first < 0xE0 ? 2
                               : first >= 0xE0 && first < 0xF0 ? 3
                               : first >= 0xF0 && first < 0xF5 ? 4
                                                               : 0;
    if (length > text.size()) return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte_at(text, i) & 0xC0U) != 0x80) return 0;
    if (length == 3 && ((first == 0xE0 && byte_at(text, 1) < 0xA0) || (first == 0xED && byte_at(text, 1) > 0x9F)))
        return 0;
    if (length == 4 && ((first == 0xF0 && byte_at(text, 1) < 0x90) || (first == 0xF4 && byte_at(text, 1) > 0x8F)))
        return 0;
    return length;
}

}  // namespace

bool make_text(std::string& bytes) {
    if (bytes.starts_with("\xFF\xFE"))
        bytes = ascii_of_utf16(bytes, true);
    else if (bytes.starts_with("\xFE\xFF"))
        bytes = ascii_of_utf16(bytes, false);
    else if (bytes.starts_with("\xEF\xBB\xBF"))
        bytes.erase(0, 3);
    return bytes.find('\0') == std::string::npos;
}

std::string json_quoted(std::string_view text) {
    std::string quoted = "\"";
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        if (length == 0) {
            quoted += "\\ufffd";
            text.remove_prefix(1);
            continue;
        }
        if (text.front() == '"' || text.front() == '\\')
            quoted += fmt::format("\\{}", text.front());
        else if (byte_at(text, 0) < 0x20)
            quoted += fmt::format("\\u{:04x}", byte_at(text, 0));
        else
            quoted += text.substr(0, length);
        text.remove_prefix(length);
    }
    return quoted += '"';
}

}  // namespace port
