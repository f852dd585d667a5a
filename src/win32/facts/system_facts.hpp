#pragma once

#include "facts/session_facts.hpp"

// What the system tells of the processes in the caller's Windows session, and of their objects of kobj's types.
namespace kobj::detail {

struct system_facts {
    facts::session_facts all;
    bool tells_waits = false;  ///< it was asked who waits for whom, and answers that
};

struct to_read {
    bool own = true;  ///< the calling process as well
    bool waits = false;
};
/// Duplicates each handle to look at it, and closes that again.
system_facts read_system(const to_read& what);

}  // namespace kobj::detail
