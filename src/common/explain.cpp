#include "explain.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace kobj::detail {

number_text::number_text(std::uint64_t number, base in) noexcept {
    char* at = first_;
    if (in == base::hexadecimal) {
        *at++ = '0';
        *at++ = 'x';
    }
    // 20 digits are the most that 64 bits need: the buffer cannot be too short.
    const auto end = std::to_chars(at, first_ + sizeof(first_), number, static_cast<int>(in));
    length_ = static_cast<std::size_t>(end.ptr - first_);
}

failure explain(std::uint32_t win32_error, std::initializer_list<std::string_view> parts) noexcept {
    constexpr std::string_view cut = "...";
    std::array<char, 1024> text{};
    const std::size_t room = text.size() - cut.size();
    std::size_t used = 0;
    for (const auto part : parts) {
        std::size_t length = std::min(part.size(), room - used);
        const bool whole = length == part.size();
        if (!whole)
            while (length > 0 && (static_cast<unsigned char>(part[length]) & 0xC0U) == 0x80U) --length;
        if (length != 0) std::memcpy(text.data() + used, part.data(), length);
        used += length;
        if (!whole) {
            std::memcpy(text.data() + used, cut.data(), cut.size());
            used += cut.size();
            break;
        }
    }
    return failure(win32_error, std::string_view(text.data(), used));
}

}  // namespace kobj::detail
