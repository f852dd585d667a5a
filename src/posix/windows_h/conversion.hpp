#pragma once

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <cwchar>
#include <string>

#include "posix/windows_h/text.hpp"

namespace kobj::windows_h {

/// One conversion of wsprintf's: what stands behind the percent sign. FormatMessage takes the same between its
/// exclamation marks. https://learn.microsoft.com/windows/win32/api/winuser/nf-winuser-wsprintfw
template <class Char>
class conversion {
public:
    /// Reads from `at`, which it moves on. Each `*` takes an argument from `next`.
    template <class Next>
    conversion(const Char*& at, Next&& next) {
        for (;; ++at) {
            if (*at == '-')
                left_ = true;
            else if (*at == '#')
                alternate_ = true;
            else if (*at == '0')
                zeros_ = true;
            else
                break;
        }
        const auto number = [&] {
            int value = 0;
            if (*at == '*') {
                ++at;
                return static_cast<int>(next());
            }
            for (; *at >= '0' && *at <= '9'; ++at)
                if (value < 100'000) value = value * 10 + static_cast<int>(*at - '0');
            return value;
        };
        width_ = number();
        if (width_ < 0) {
            left_ = true;
            width_ = -width_;
        }
        if (*at == '.') {
            ++at;
            precision_ = number();
        }
        if (*at == 'I' && at[1] == '6' && at[2] == '4') {
            size_ = size::wide;
            at += 3;
        } else if (*at == 'I' && at[1] == '3' && at[2] == '2') {
            at += 3;
        } else if (*at == 'I') {
            size_ = size::wide;
            ++at;
        } else if (*at == 'l' && at[1] == 'l') {
            size_ = size::wide;
            at += 2;
        } else if (*at == 'l' || *at == 'w') {
            size_ = size::l;
            ++at;
        } else if (*at == 'h') {
            size_ = size::h;
            ++at;
        }
        type_ = *at;
        if (*at != 0) ++at;
    }

    [[nodiscard]] bool takes_argument() const noexcept {
        return type_ != 0 && type_ < 128 && std::strchr("diuxXpcCsS", static_cast<char>(type_)) != nullptr;
    }

    void append(std::basic_string<Char>& to, std::uintptr_t value) const {
        switch (static_cast<char>(type_)) {
            case 's':
            case 'S':
                if (is_wide())
                    append_text(to, reinterpret_cast<const wchar_t*>(value));
                else
                    append_text(to, reinterpret_cast<const char*>(value));
                break;
            case 'c':
            case 'C':
                append_character(to, value);
                break;
            default:
                append_number(to, value);
        }
    }

private:
    enum class size { usual, h, l, wide };

    [[nodiscard]] bool is_wide() const noexcept {
        if (size_ == size::h) return false;
        if (size_ == size::l) return true;
        return std::is_same_v<Char, wchar_t> == (type_ == 's' || type_ == 'c');
    }

    void pad(std::basic_string<Char>& to, const std::basic_string<Char>& text) const {
        const std::size_t room = static_cast<std::size_t>(width_);
        const std::size_t missing = text.size() < room ? room - text.size() : 0;
        if (!left_) to.append(missing, ' ');
        to += text;
        if (left_) to.append(missing, ' ');
    }

    template <class From>
    void append_text(std::basic_string<Char>& to, const From* text) const {
        static constexpr From null[] = {'(', 'n', 'u', 'l', 'l', ')', 0};
        if (text == nullptr) text = null;
        std::size_t length = 0;
        while ((precision_ < 0 || length < static_cast<std::size_t>(precision_)) && text[length] != 0) ++length;
        const std::basic_string_view<From> all(text, length);
        if constexpr (std::is_same_v<From, Char>)
            pad(to, std::basic_string<Char>(all));
        else if constexpr (std::is_same_v<From, wchar_t>)
            pad(to, to_utf8(all).value_or("?"));
        else
            pad(to, to_wide(all));
    }

    void append_character(std::basic_string<Char>& to, std::uintptr_t value) const {
        if constexpr (std::is_same_v<Char, wchar_t>)
            pad(to, std::wstring(1, is_wide() ? static_cast<wchar_t>(value) : static_cast<unsigned char>(value)));
        else if (is_wide())
            pad(to, to_utf8(std::wstring(1, static_cast<wchar_t>(value))).value_or("?"));
        else
            pad(to, std::string(1, static_cast<char>(value)));
    }

    void append_number(std::basic_string<Char>& to, std::uintptr_t value) const {
        std::string format = "%";
        if (left_) format += '-';
        if (alternate_) format += '#';
        if (zeros_) format += '0';
        if (width_ != 0) format += std::to_string(width_);
        if (precision_ >= 0) format += '.' + std::to_string(precision_);
        char kind = static_cast<char>(type_);
        if (kind == 'p') {
            kind = 'X';
            format = "%0" + std::to_string(2 * sizeof(void*));
        }
        format += "ll";
        format += kind;
        auto number = static_cast<long long>(value);
        const bool is_signed = kind == 'd' || kind == 'i';
        if (size_ == size::h)
            number = is_signed ? static_cast<long long>(static_cast<std::int16_t>(value))
                               : static_cast<std::uint16_t>(value);
        else if (size_ != size::wide && type_ != 'p')
            number = is_signed ? static_cast<long long>(static_cast<std::int32_t>(value))
                               : static_cast<std::uint32_t>(value);
        const int length = std::snprintf(nullptr, 0, format.c_str(), number);
        std::string digits(static_cast<std::size_t>(length), '\0');
        std::snprintf(digits.data(), digits.size() + 1, format.c_str(), number);
        to.append(digits.begin(), digits.end());
    }

    bool left_ = false;
    bool alternate_ = false;
    bool zeros_ = false;
    int width_ = 0;
    int precision_ = -1;
    size size_ = size::usual;
    Char type_ = 0;
};

}  // namespace kobj::windows_h
