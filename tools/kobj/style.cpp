#include "style.hpp"

#include <charconv>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "console.hpp"

namespace kobj::tool {

namespace {

// https://no-color.org
bool has_colours() {
    const char* none = std::getenv("NO_COLOR");
    const char* kind = std::getenv("TERM");
    const bool plain = kind == nullptr ? !console_has_colours() : std::strcmp(kind, "dumb") == 0;
    return is_terminal() && (none == nullptr || *none == '\0') && !plain;
}

std::string styled(const char* code, std::string text) {
    return has_colours() ? "\x1b[" + std::string(code) + 'm' + std::move(text) + "\x1b[m" : text;
}

bool begins_character(char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
}

}  // namespace

std::string alarm(std::string text) {
    return styled("1;31", std::move(text));
}
std::string caution(std::string text) {
    return styled("33", std::move(text));
}
std::string heading(std::string text) {
    return styled("1", std::move(text));
}

std::string cut(std::string text, std::size_t width) {
    if (width == 0) return text;
    std::size_t last = 0;  // where the last character begins that fits
    std::size_t count = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (!begins_character(text[i])) continue;
        if (++count == width) last = i;
        if (count > width) return text.substr(0, last) + "\u2026";
    }
    return text;
}

std::size_t line_width() {
    if (!is_terminal()) return 0;
    if (const char* given = std::getenv("COLUMNS"); given != nullptr) {
        std::size_t columns = 0;
        const std::string_view digits(given);
        if (std::from_chars(digits.begin(), digits.end(), columns).ec == std::errc() && columns != 0) return columns;
    }
    return console_width();
}

}  // namespace kobj::tool
