#pragma once

#include <kobj/error.hpp>
#include <kobj/handle_value.hpp>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace kobj::detail {

/// A number as text, without allocating.
class number_text {
public:
    enum class base : std::uint8_t { decimal = 10, hexadecimal = 16 };

    explicit number_text(std::uint64_t number, base in = base::decimal) noexcept;
    explicit number_text(handle_value value) noexcept : number_text(value.value(), base::hexadecimal) {}
    operator std::string_view() const noexcept { return {first_, length_}; }

private:
    char first_[24];
    std::size_t length_;
};

/// A failure whose detail is the parts, one behind the other. Does not throw: long texts are cut, and where memory
/// lacks the failure has the number only.
[[nodiscard]] failure explain(std::uint32_t win32_error, std::initializer_list<std::string_view> parts) noexcept;
[[nodiscard]] inline failure explain(errc code, std::initializer_list<std::string_view> parts) noexcept {
    return explain(static_cast<std::uint32_t>(code), parts);
}

}  // namespace kobj::detail
