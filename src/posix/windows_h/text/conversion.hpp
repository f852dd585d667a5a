#pragma once

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <cwchar>
#include <string>

#include "posix/windows_h/text/text.hpp"

namespace kobj::windows_h {

/// One conversion of wsprintf's: what stands behind the percent sign. FormatMessage takes the same between its
/// exclamation marks, and printf some more.
/// https://learn.microsoft.com/windows/win32/api/winuser/nf-winuser-wsprintfw
/// https://learn.microsoft.com/cpp/c-runtime-library/format-specification-syntax-printf-and-wprintf-functions
template <class Char>
class conversion {
public:
    enum class of { wsprintf, printf };

    /// Reads from `at`, which it moves on. Each `*` takes an argument from `next`.
    template <class Next>
    conversion(const Char*& at, Next&& next, of family = of::wsprintf) : family_(family) {
        for (;; ++at) {
            if (*at == '-')
                left_ = true;
            else if (*at == '#')
                alternate_ = true;
            else if (*at == '0')
                zeros_ = true;
            else if (family_ == of::printf && (*at == '+' || *at == ' '))
                sign_ = sign_ == '+' ? '+' : static_cast<char>(*at);
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
            if (family_ == of::printf && *at == 'h') {
                size_ = size::hh;
                ++at;
            }
        } else if (family_ == of::printf && (*at == 'z' || *at == 't' || *at == 'j')) {
            size_ = size::wide;
            ++at;
        } else if (family_ == of::printf && *at == 'L') {
            size_ = size::long_double;
            ++at;
        }
        type_ = *at;
        if (*at != 0) ++at;
    }

    [[nodiscard]] bool takes_argument() const noexcept {
        return is_one_of("diuxXpcCsS") || (family_ == of::printf && type_ == 'o');
    }
    [[nodiscard]] bool takes_real() const noexcept { return family_ == of::printf && is_one_of("aAeEfFgG"); }
    [[nodiscard]] bool is_long_double() const noexcept { return size_ == size::long_double; }

    template <class Real>
    void append_real(std::basic_string<Char>& to, Real value) const {
        std::string format = flags();
        if (std::is_same_v<Real, long double>) format += 'L';
        append_printed(to, format + static_cast<char>(type_), value);
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
    enum class size { usual, hh, h, l, wide, long_double };

    [[nodiscard]] bool is_one_of(const char* types) const noexcept {
        return type_ != 0 && type_ < 128 && std::strchr(types, static_cast<char>(type_)) != nullptr;
    }

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

    // A percent sign and what the C library's own conversion has in common with this one.
    [[nodiscard]] std::string flags() const {
        std::string format = "%";
        if (left_) format += '-';
        if (sign_ != 0) format += sign_;
        if (alternate_) format += '#';
        if (zeros_) format += '0';
        if (width_ != 0) format += std::to_string(width_);
        if (precision_ >= 0) format += '.' + std::to_string(precision_);
        return format;
    }

    template <class Value>
    static void append_printed(std::basic_string<Char>& to, const std::string& format, Value value) {
        const int length = std::snprintf(nullptr, 0, format.c_str(), value);
        std::string digits(static_cast<std::size_t>(length), '\0');
        std::snprintf(digits.data(), digits.size() + 1, format.c_str(), value);
        to.append(digits.begin(), digits.end());
    }

    void append_number(std::basic_string<Char>& to, std::uintptr_t value) const {
        if (type_ == 'p') {
            append_printed(to, "%0" + std::to_string(2 * sizeof(void*)) + "llX", static_cast<long long>(value));
            return;
        }
        auto number = static_cast<long long>(value);
        const bool is_signed = type_ == 'd' || type_ == 'i';
        if (size_ == size::hh)
            number =
                is_signed ? static_cast<long long>(static_cast<std::int8_t>(value)) : static_cast<std::uint8_t>(value);
        else if (size_ == size::h)
            number = is_signed ? static_cast<long long>(static_cast<std::int16_t>(value))
                               : static_cast<std::uint16_t>(value);
        else if (size_ != size::wide)
            number = is_signed ? static_cast<long long>(static_cast<std::int32_t>(value))
                               : static_cast<std::uint32_t>(value);
        append_printed(to, flags() + "ll" + static_cast<char>(type_), number);
    }

    of family_;
    char sign_ = 0;
    bool left_ = false;
    bool alternate_ = false;
    bool zeros_ = false;
    int width_ = 0;
    int precision_ = -1;
    size size_ = size::usual;
    Char type_ = 0;
};

}  // namespace kobj::windows_h
