#pragma once

#include "windows.hpp"

#include "common/explain.hpp"

namespace kobj::detail {

/// GetLastError() with a text: which call on what. To be called first after the call that failed.
[[nodiscard]] inline failure last_error(std::initializer_list<std::string_view> parts) noexcept {
    return explain(static_cast<std::uint32_t>(GetLastError()), parts);
}

}  // namespace kobj::detail
