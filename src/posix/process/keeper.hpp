#pragma once

#include <functional>

#include "posix/arena/context.hpp"
#include "posix/arena/transaction.hpp"

// A job may promise that its members end with its last handle. When those who hold handles are killed, somebody has to
// see it, although nobody calls anything and the members may be programs without kobj. That is the keeper: a process of
// the session's own, one for all jobs, made by fork when the first such promise is given. It settles who dies, and
// leaves when there is no such job any more. docs/decisions/0022-keeper.md.
namespace kobj::posix::keeper {

/// Makes a change, of which the keeper has to know, while one runs. Throws failure (no_system_resources).
void change(const context& me, const std::function<void(transaction&)>& work);
/// A process that may have been the keeper has been settled: if one is needed, makes another one.
void replace_if_needed(const context& me) noexcept;

/// In a process that is the keeper: it inherits nothing and is no member of a job.
bool is_this_one() noexcept;
/// This thread is forking it: it is no child that goes on with its parent's handles.
bool is_being_forked() noexcept;

}  // namespace kobj::posix::keeper
