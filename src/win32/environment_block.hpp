#pragma once

#include <kobj/result.hpp>

#include <string>
#include <vector>

namespace kobj::detail {

/// `NAME=value` entries as CreateProcess wants them: sorted by name without regard to case, each with a NUL behind it,
/// another at the end. Errors: invalid_parameter (87) for an entry without a name or with a NUL;
/// no_unicode_translation (1113).
/// https://learn.microsoft.com/windows/win32/procthread/changing-environment-variables
[[nodiscard]] result<std::wstring> environment_block(const std::vector<std::string>& entries);

}  // namespace kobj::detail
