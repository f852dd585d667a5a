#pragma once

#include <string>
#include <string_view>

namespace kobj::posix {

/// Where the arena of a session is, by user, PID namespace and the session's name, which may be empty. Throws failure
/// (invalid_name).
std::string session_path(std::string_view session);
/// The same for this process's session, by KOBJ_SESSION.
std::string session_path();

/// The session file of a file mapping: the arena's path, this, and the mapping's number in hexadecimal. With two dots,
/// which no session's name can give.
inline constexpr std::string_view section_mark = "..m";

}  // namespace kobj::posix
