#pragma once

#include <cstddef>
#include <cstdint>

namespace kobj::windows_h {

inline constexpr char32_t replacement = 0xFFFD;

struct decoded {
    char32_t code;
    std::size_t length;
    bool valid;
};

constexpr bool is_scalar(char32_t code) noexcept {
    return code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
}

/// The first character of the text; of text that is not valid as much as cannot belong to a character that is.
constexpr decoded decode_utf8(const char* text, std::size_t size) noexcept {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned first = at(0);
    if (first < 0x80) return {first, 1, true};
    std::size_t length = 0;
    unsigned low = 0x80;
    unsigned high = 0xBF;
    char32_t code = 0;
    if (first >= 0xC2 && first <= 0xDF) {
        length = 2;
        code = first & 0x1FU;
    } else if (first >= 0xE0 && first <= 0xEF) {
        length = 3;
        code = first & 0x0FU;
        if (first == 0xE0) low = 0xA0;
        if (first == 0xED) high = 0x9F;
    } else if (first >= 0xF0 && first <= 0xF4) {
        length = 4;
        code = first & 0x07U;
        if (first == 0xF0) low = 0x90;
        if (first == 0xF4) high = 0x8F;
    } else {
        return {replacement, 1, false};
    }
    for (std::size_t i = 1; i < length; ++i) {
        if (i == size || at(i) < low || at(i) > high) return {replacement, i, false};
        code = code << 6U | (at(i) & 0x3FU);
        low = 0x80;
        high = 0xBF;
    }
    return {code, length, true};
}

/// Writes 1 to 4 bytes and gives their number.
constexpr std::size_t encode_utf8(char32_t code, char (&out)[4]) noexcept {
    const auto put = [&](std::size_t i, char32_t byte) {
        out[i] = static_cast<char>(static_cast<unsigned char>(byte));
    };
    if (code < 0x80) {
        put(0, code);
        return 1;
    }
    if (code < 0x800) {
        put(0, 0xC0 | code >> 6U);
        put(1, 0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        put(0, 0xE0 | code >> 12U);
        put(1, 0x80 | (code >> 6U & 0x3F));
        put(2, 0x80 | (code & 0x3F));
        return 3;
    }
    put(0, 0xF0 | code >> 18U);
    put(1, 0x80 | (code >> 12U & 0x3F));
    put(2, 0x80 | (code >> 6U & 0x3F));
    put(3, 0x80 | (code & 0x3F));
    return 4;
}

}  // namespace kobj::windows_h
