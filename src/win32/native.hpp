#pragma once

#include "windows.hpp"

#include <kobj/handle.hpp>

namespace kobj::detail {

[[nodiscard]] constexpr bool is_pseudo(handle_value value) noexcept {
    return value == current_process() || value == current_thread();
}

/// The HANDLE of a value: without the two low bits, and null for the pseudo handles that are not kobj's (of tokens),
/// so that each call finds them invalid.
[[nodiscard]] inline HANDLE native(handle_value value) noexcept {
    if (is_pseudo(value)) return value.native();
    constexpr auto lowest_pseudo = static_cast<std::uintptr_t>(-8);
    const auto number = value.value() & ~std::uintptr_t{3};
    return number >= lowest_pseudo ? nullptr : handle_value(number).native();
}

}  // namespace kobj::detail
