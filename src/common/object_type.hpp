#pragma once

#include <kobj/handle.hpp>

#include <string_view>

namespace kobj::detail {

/// The English word for a type, for messages.
[[nodiscard]] std::string_view type_name(object_type type) noexcept;

}  // namespace kobj::detail
