#pragma once

#include <bit>
#include <cstring>
#include <string_view>

#include "posix/arena/layout.hpp"

// In which bucket of the directory a name belongs.
namespace kobj::posix {

inline u32 hash_of(std::string_view key) noexcept {
    u64 h = 14695981039346656037U ^ key.size();
    const auto add = [&h](u64 eight) {
        h = (h ^ eight) * 0x9E37'79B9'7F4A'7C15U;
        h ^= h >> 32U;
    };
    for (u64 eight = 0; key.size() >= sizeof(eight); key.remove_prefix(sizeof(eight))) {
        std::memcpy(&eight, key.data(), sizeof(eight));
        add(eight);
    }
    u64 rest = 0;
    for (const char c : key) rest = rest << 8U | static_cast<unsigned char>(c);
    add(rest);
    return static_cast<u32>(h);
}

/// Of `buckets`, which is not 0.
constexpr u32 bucket_of(u32 hash, u32 buckets) noexcept {
    const u32 whole = std::bit_floor(buckets);
    const u32 index = hash & (whole * 2 - 1);
    return index < buckets ? index : index - whole;
}

}  // namespace kobj::posix
