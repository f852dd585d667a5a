#pragma once

#include <kobj/handle.hpp>
#include <kobj/result.hpp>

namespace kobj::detail {

/// What maximum_allowed and generic_all stand for.
[[nodiscard]] access_mask all_rights(object_type type) noexcept;

/// Turns generic rights and maximum_allowed into the type's own.
/// Errors: access_denied (5) for rights that do not exist for the type, which nobody can be given; privilege_not_held
/// (1314) for system_security.
/// https://learn.microsoft.com/windows/win32/secauthz/access-mask-format
[[nodiscard]] result<access_mask> resolve_access(object_type type, access_mask wanted) noexcept;

}  // namespace kobj::detail
