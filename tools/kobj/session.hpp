#pragma once

#include <memory>

#include "arena_file.hpp"
#include "posix/facts/session_facts.hpp"

namespace kobj::tool {

/// A session as it was at one moment.
struct session {
    arena_file arena;
    std::unique_ptr<posix::facts::image> copy;
    std::unique_ptr<posix::facts::session_facts> facts;
    bool torn = false;  ///< it changed during each of many copies: what is shown may not fit together
};
/// How often a session is copied until nothing changed meanwhile.
inline constexpr int most_copies = 100;
/// Throws facts::unreadable.
session read_session(const source& where, int copies = most_copies);

}  // namespace kobj::tool
