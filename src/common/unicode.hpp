#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace kobj::detail {

/// How many UTF-16 units the text has, or nothing when it is not valid UTF-8: also for surrogates, overlong forms and
/// numbers beyond U+10FFFF.
[[nodiscard]] std::optional<std::size_t> utf16_length(std::string_view utf8) noexcept;

}  // namespace kobj::detail
