#pragma once

#include "posix/arena/transaction.hpp"

// What "signaled" means for each kind of object, and what a wait takes from it.
namespace kobj::posix {

enum class readiness : u8 { no, ready, abandoned };

/// Can a thread that stands in states as `owner` have this object now? Under the lock the answer stays true until it is
/// let go. With `thorough` also asks /proc whether owners live.
readiness look_at(const object_record& object, u64 owner, bool thorough = false);

/// Takes the object, which is ready, for that thread. Its contended bit is set.
void take(transaction& tx, object_record& object, u64 owner, readiness how);

/// The thread whose death would change the answer, named as an owner, or 0. Under the lock it is the one that holds;
/// without it perhaps one of a change that is undone.
u64 watched_thread(const object_record& object);

bool can_be_waited_for(u32 type) noexcept;

}  // namespace kobj::posix
