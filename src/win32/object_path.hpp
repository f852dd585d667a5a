#pragma once

#include <string>
#include <string_view>

namespace kobj::detail {

/// Where the local names of the caller's Windows session stand: `\Sessions\1\BaseNamedObjects\`.
/// https://learn.microsoft.com/windows/win32/termserv/kernel-object-namespaces
[[nodiscard]] std::wstring local_names();

/// The name of an object at that path, as a program of the session gives it.
[[nodiscard]] std::string name_at(std::wstring_view path);

}  // namespace kobj::detail
