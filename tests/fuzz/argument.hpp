#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>

// What the fuzzers of arguments share. An input is bytes; what Win32 takes for characters is made of them.
namespace fuzz {

/// Texts end at their first NUL, as they do for Win32.
inline std::string narrow_text(std::span<const std::uint8_t> bytes) {
    std::string text;
    for (const std::uint8_t each : bytes) {
        if (each == 0) break;
        text += static_cast<char>(each);
    }
    return text;
}

/// Bytes of ASCII are themselves, the others what is special in Unicode.
inline std::wstring wide_text(std::span<const std::uint8_t> bytes) {
    constexpr wchar_t special[] = {L'\xE9', L'\x20AC', L'\xD800', L'\xDC00', L'\xFFFF', L'\x1F600', L'\x10FFFF'};
    std::wstring text;
    for (const std::uint8_t each : bytes) {
        if (each == 0) break;
        text += each < 0x80 ? static_cast<wchar_t>(each) : special[each % std::size(special)];
    }
    return text;
}

inline void hold(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "does not hold: %s\n", what);
    std::abort();
}

}  // namespace fuzz

#define HOLD(...) fuzz::hold(static_cast<bool>(__VA_ARGS__), #__VA_ARGS__)

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);
extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv);
