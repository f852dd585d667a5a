#pragma once

#include "posix/arena/layout.hpp"

// An event: its state says whether it is signaled and of which kind it is.
namespace kobj::posix::event_object {

inline constexpr u64 signaled = 1;
inline constexpr u64 manual_reset = 2;

/// The paths without the lock: false when the lock is needed, or the state has changed.
inline bool try_set(object_record& event, u64 seen) {
    if ((seen & state::contended) != 0) return false;
    return event.state.swap(seen, seen | signaled);
}
inline bool try_reset(object_record& event, u64 seen) {
    if ((seen & state::contended) != 0) return false;
    return event.state.swap(seen, seen & ~signaled);
}
/// Takes the signal, which is there, of one that nobody waits for.
inline bool try_take(object_record& event, u64 seen) {
    return (seen & manual_reset) != 0 || event.state.swap(seen, seen & ~signaled);
}

}  // namespace kobj::posix::event_object
