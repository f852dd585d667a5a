#pragma once

#include <kobj/result.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace kobj::detail {

/// MAX_PATH of Windows, in UTF-16 units; prefix included.
inline constexpr std::size_t longest_object_name = 260;

enum class name_space : std::uint8_t { local, global };

/// An object's name, checked and taken apart. Refers to the text that was parsed. Bare empty: unnamed.
struct object_name {
    name_space where = name_space::local;
    std::string_view bare{};
};

/// For create: null and empty mean unnamed.
///
/// The checks come in the order in which Windows meets them: the text is converted (1113, 123 for the NUL that would
/// end it, 206), then the path is walked from the left (161, then the prefix: 123 or 3).
/// https://learn.microsoft.com/windows/win32/termserv/kernel-object-namespaces
[[nodiscard]] result<object_name> name_to_create(std::string_view text) noexcept;

/// For open: invalid_parameter (87) for null, invalid_handle (6) for an empty name, otherwise as name_to_create.
[[nodiscard]] result<object_name> name_to_open(std::string_view text) noexcept;

}  // namespace kobj::detail
