#pragma once

#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include <windows.h>

// Texts on their way between UTF-8, in which this side thinks, and the A and W forms of functions.
namespace kobj::windows_h {

/// What is not valid UTF-8 becomes U+FFFD.
[[nodiscard]] std::wstring to_wide(std::string_view utf8);

/// Nothing when the text has units that are no characters.
[[nodiscard]] std::optional<std::string> to_utf8(std::wstring_view text);
[[nodiscard]] inline std::optional<std::string> to_utf8(std::string_view text) {
    return std::string(text);
}

/// The text as the form with `Char` gives it.
template <class Char>
[[nodiscard]] std::basic_string<Char> to_form(std::string_view utf8) {
    if constexpr (std::is_same_v<Char, WCHAR>)
        return to_wide(utf8);
    else
        return std::string(utf8);
}

/// Fills the caller's buffer as most functions do: the length when it has room for the text and its null, or else the
/// room that is needed, and nothing is written.
template <class Char>
DWORD give(const std::basic_string<Char>& text, Char* buffer, DWORD room) noexcept {
    if (text.size() >= room) return static_cast<DWORD>(text.size() + 1);
    if (buffer != nullptr) std::memcpy(buffer, text.c_str(), (text.size() + 1) * sizeof(Char));
    return static_cast<DWORD>(text.size());
}

}  // namespace kobj::windows_h
