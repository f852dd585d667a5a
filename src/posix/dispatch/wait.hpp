#pragma once

#include <kobj/handle.hpp>

#include <span>

#include "posix/handle/target.hpp"

namespace kobj::posix {

struct wait_outcome {
    wait_status status;
    u32 index = 0;  ///< which object; of a wait for all the first abandoned one
};

/// Waits for any or all of the targets, which have been checked for type and access. At most max_wait.
wait_outcome wait_for(const context& me, std::span<const target> targets, bool all, timeout limit);

/// Releases a mutex for which somebody may wait. Throws failure (not_owner).
void release_contended(const context& me, const target& mutex, handle_value value);

}  // namespace kobj::posix
