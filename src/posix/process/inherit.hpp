#pragma once

#include <kobj/handle_value.hpp>

#include <span>

#include "posix/arena/context.hpp"
#include "posix/arena/layout.hpp"

namespace kobj::posix {

/// Copies the inheritable entries of one table to the same places of another, which is empty.
void inherit_all(const context& me, u32 from, u32 to);
/// Copies everything, views too: for fork.
void inherit_everything(const context& me, u32 from, u32 to);
/// Copies the given handles. Throws failure (invalid_parameter) for one that is not open and inheritable.
void inherit_list(const context& me, u32 from, std::span<const handle_value> handles, u32 to);

}  // namespace kobj::posix
