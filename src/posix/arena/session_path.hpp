#pragma once

#include <cstdint>
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
/// The same of the history of a process's handles (arena/handle_history.hpp).
inline constexpr std::string_view history_mark = "..h";
/// What the names of all files beside an arena have.
inline constexpr std::string_view beside_mark = "..";

/// Of the process whose record that is.
std::string history_path(const std::string& arena, std::uint32_t process, std::uint32_t generation);
/// Removes all files beside an arena that is gone.
void remove_files_beside(const std::string& arena) noexcept;

}  // namespace kobj::posix
