#pragma once

#include <memory>
#include <string>
#include <vector>

#include "command.hpp"
#include "facts/session_facts.hpp"
#include "facts/unreadable.hpp"

namespace kobj::tool {

/// A session as it was at one moment. On Windows: the Windows session of this user's logon, with its processes.
struct session {
    std::string path;  ///< of its arena
    std::shared_ptr<const facts::session_facts> facts;
    bool torn = false;      ///< it changed during each of many copies: what is shown may not fit together
    bool all_waits = true;  ///< false: the system does not tell of waits for events, semaphores and timers
};

/// Throws facts::unreadable.
session read_session(const source& where);
/// The same for those who ask who waits for whom, which Windows is asked besides. Throws also when it does not tell.
session read_waits(const source& where);

struct known_session {
    source where;
    std::string path;
    std::string name;  ///< empty: the one without a name
    bool here = true;  ///< false: in another PID namespace
};
/// Of this user, in the order of their paths.
std::vector<known_session> known_sessions();

}  // namespace kobj::tool
