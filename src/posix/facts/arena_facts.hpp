#pragma once

#include <memory>

#include "facts/session_facts.hpp"
#include "posix/facts/image.hpp"

namespace kobj::posix {

/// What is in a copy of an arena. Whatever the copy holds, what leads nowhere is left out.
/// Asks the system for programs and for who runs when `ask_system`; of a copy of an arena nobody can be asked.
facts::session_facts read_facts(const std::shared_ptr<const image>& arena, bool ask_system);

/// The key of an object (arena/directory.hpp) as a program gives it, without `Local\`.
std::string shown_name(const std::string& key);

}  // namespace kobj::posix
