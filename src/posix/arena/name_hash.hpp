#pragma once

#include <bit>
#include <string_view>

#include "posix/arena/layout.hpp"

// In which bucket of the directory a name belongs.
namespace kobj::posix {

inline u32 hash_of(std::string_view key) noexcept {
    u64 h = 14695981039346656037U;
    for (const char c : key) h = (h ^ static_cast<unsigned char>(c)) * 1099511628211U;
    return static_cast<u32>(h ^ h >> 29U);
}

/// Of `buckets`, which is not 0.
constexpr u32 bucket_of(u32 hash, u32 buckets) noexcept {
    const u32 whole = std::bit_floor(buckets);
    const u32 index = hash & (whole * 2 - 1);
    return index < buckets ? index : index - whole;
}

}  // namespace kobj::posix
