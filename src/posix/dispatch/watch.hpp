#pragma once

#include "posix/arena/context.hpp"
#include "posix/arena/transaction.hpp"

// Watches: how a wait set hears of its members. A set is an auto-reset event of its process. Each member has a watch in
// front of its object's queue; when the object may have become ready the watch fires: it goes to the end of the set's
// list of fired watches, and the set's event is signaled. That is a hint: the set looks whether the object is ready.
namespace kobj::posix {

constexpr bool is_watch(u32 block) noexcept {
    return block >= first_watch;
}

// watch_record::fired
inline constexpr u32 watch_idle = 0;
inline constexpr u32 watch_fired = 1;
inline constexpr u32 watch_muted = 2;  ///< does not fire

/// A new watch of `object` for `set`, which fires at once.
u32 add_watch(transaction& tx, object_record& object, object_record& set, u64 key);
void remove_watch(transaction& tx, u32 watch);

void fire(transaction& tx, u32 watch);
/// Takes the first fired watch of the set off its list; 0: there is none.
u32 next_fired(transaction& tx, object_record& set);
/// Somebody else of the set's threads may have the rest.
void pass_on(transaction& tx, object_record& set);

/// Of a process that has ended, or that has given up kobj.
void remove_watches_of(const context& me, u32 process, u32 generation);

}  // namespace kobj::posix
