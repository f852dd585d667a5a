#pragma once

#include <kobj/result.hpp>

#include <string>
#include <string_view>

namespace kobj::detail {

/// UTF-8 as UTF-16. Error: no_unicode_translation (1113); `what` says in its text what the string is.
[[nodiscard]] result<std::wstring> to_wide(std::string_view utf8, std::string_view what);

/// UTF-16 as UTF-8. A lone surrogate, which Windows allows in file names, becomes U+FFFD.
[[nodiscard]] std::string to_utf8(std::wstring_view wide);

}  // namespace kobj::detail
