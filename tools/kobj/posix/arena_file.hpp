#pragma once

#include <string>
#include <vector>

#include "command.hpp"
#include "posix/os/shared_file.hpp"

namespace kobj::tool {

/// An arena that is open for reading. This process is not attached, so it has no record locks to lose.
struct arena_file {
    posix::os::descriptor file;
    std::string path;
    bool is_session = false;  ///< not a copy
};
/// Throws facts::unreadable.
arena_file open_arena(const source& where);

/// The arenas of this user's sessions, also of those in other PID namespaces, in the order of their names.
std::vector<std::string> paths_of_sessions();

}  // namespace kobj::tool
