#include "unicode.hpp"

#include <cstdint>
#include <cstring>

namespace kobj::detail {

std::optional<std::size_t> utf16_length(std::string_view utf8) noexcept {
    std::size_t units = 0;
    // Nearly all names are ASCII: eight at a time.
    for (std::uint64_t eight = 0; utf8.size() - units >= sizeof(eight); units += sizeof(eight)) {
        std::memcpy(&eight, utf8.data() + units, sizeof(eight));
        if ((eight & 0x8080'8080'8080'8080) != 0) break;
    }
    for (std::size_t i = units; i < utf8.size();) {
        const auto lead = static_cast<unsigned char>(utf8[i++]);
        if (lead < 0x80) {
            ++units;
            continue;
        }
        std::size_t more = 0;
        std::uint32_t smallest = 0;
        std::uint32_t point = 0;
        if ((lead & 0xE0U) == 0xC0U) {
            more = 1, smallest = 0x80, point = lead & 0x1FU;
        } else if ((lead & 0xF0U) == 0xE0U) {
            more = 2, smallest = 0x800, point = lead & 0x0FU;
        } else if ((lead & 0xF8U) == 0xF0U) {
            more = 3, smallest = 0x1'0000, point = lead & 0x07U;
        } else {
            return std::nullopt;
        }
        for (; more > 0; --more, ++i) {
            if (i == utf8.size()) return std::nullopt;
            const auto next = static_cast<unsigned char>(utf8[i]);
            if ((next & 0xC0U) != 0x80U) return std::nullopt;
            point = point << 6U | (next & 0x3FU);
        }
        if (point < smallest || point > 0x10'FFFF || (point >= 0xD800 && point <= 0xDFFF)) return std::nullopt;
        units += point >= 0x1'0000 ? 2 : 1;
    }
    return units;
}

}  // namespace kobj::detail
