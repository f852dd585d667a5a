#pragma once

#include "arena_file.hpp"
#include "posix/facts/image.hpp"
#include "session.hpp"

namespace kobj::tool {

/// A session, and the copy of its arena.
struct arena_session : session {
    arena_file arena;
    std::shared_ptr<const posix::image> copy;
};
/// How often a session is copied until nothing changed meanwhile.
inline constexpr int most_copies = 100;
/// Throws facts::unreadable.
arena_session read_arena(const source& where, int copies = most_copies);

}  // namespace kobj::tool
