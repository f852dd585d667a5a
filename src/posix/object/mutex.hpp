#pragma once

#include "posix/arena/context.hpp"
#include "posix/arena/layout.hpp"

// A mutex. Its state names the owner; how often the owner holds it beyond once is in `extra`, together with the
// record's generation, so that an owner whose handle was closed under it cannot count on a successor's record.
//
// Abandoned is not stored: it is seen when the owner that the state names is dead. Nothing has to be done at a death.
namespace kobj::posix::mutex_object {

inline constexpr u32 most_acquisitions = u32{1} << 31U;

enum class taken : u8 { yes, abandoned, no, too_often, look_again };

/// The paths without the lock. `seen` is the state as loaded with the handle; look_again: it changed, or the
/// contended bit is set and the lock is needed.
taken try_acquire_held(object_record& mutex, u64 seen, const context& me);  ///< by this or another thread
inline taken try_acquire(object_record& mutex, u64 seen, const context& me) {
    if ((seen & (state::value_mask | state::contended)) == 0) [[likely]]
        return mutex.state.swap(seen, seen | me.owner) ? taken::yes : taken::look_again;
    return try_acquire_held(mutex, seen, me);
}

/// Once more by its owner, whom `seen` names: only the owner counts, and only while the record is still this mutex.
inline bool try_count_up(object_record& mutex, u64 seen) {
    u64 count = mutex.extra.get();
    return static_cast<u32>(count >> 32U) == state::generation(seen) &&
           static_cast<u32>(count) + 1 < most_acquisitions && mutex.extra.swap(count, count + 1);
}

enum class released : u8 { yes, not_owner, look_again };
inline released try_release(object_record& mutex, u64 seen, const context& me) {
    if (state::value(seen) != me.owner) return released::not_owner;
    u64 count = mutex.extra.get();
    if (static_cast<u32>(count >> 32U) != state::generation(seen)) return released::look_again;
    if (static_cast<u32>(count) != 0) return mutex.extra.swap(count, count - 1) ? released::yes : released::look_again;
    if ((seen & state::contended) != 0) return released::look_again;
    return mutex.state.swap(seen, state::with_value(seen, 0)) ? released::yes : released::look_again;
}

/// Behind a look_again: another thread has changed it, or it is damaged and stays as it is. Throws failure then.
void check_count(const object_record& mutex, u64 seen);

/// Is the owner that a state names dead? False for a free mutex. With `thorough` also asks /proc.
bool owner_is_dead(u64 seen, bool thorough);

}  // namespace kobj::posix::mutex_object
