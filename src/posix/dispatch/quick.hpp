#pragma once

#include "posix/dispatch/readiness.hpp"
#include "posix/handle/target.hpp"
#include "posix/object/event.hpp"
#include "posix/object/mutex.hpp"
#include "posix/object/semaphore.hpp"

// Waits that need neither the lock nor the queue: of objects that can be had at once and for which nobody waits.
namespace kobj::posix {

enum class quick : u8 {
    taken,
    abandoned,  ///< taken, from a dead owner
    no,         ///< not signaled
    too_often,  ///< a mutex held as often as is possible
    again,      ///< the state changed under it
    locked,     ///< to be asked under the lock
};

/// Takes the object, in the state as seen, for the calling thread.
quick try_take_rare(const target& t, const context& me);
inline quick try_take(const target& t, const context& me) {
    switch (t.type()) {
        case object_type::mutex:
            if ((t.seen & (state::value_mask | state::contended)) != 0) break;
            return mutex_object::try_acquire(*t.object, t.seen, me) == mutex_object::taken::yes ? quick::taken
                                                                                                : quick::again;
        case object_type::event:
            if ((t.seen & event_object::signaled) == 0) return quick::no;
            // The signal may be one of a change that is not committed yet.
            if ((t.seen & state::contended) != 0) return quick::locked;
            return event_object::try_take(*t.object, t.seen) ? quick::taken : quick::again;
        case object_type::semaphore:
            if (state::value(t.seen) == 0) return quick::no;
            if ((t.seen & state::contended) != 0) return quick::locked;
            return semaphore_object::try_take(*t.object, t.seen) ? quick::taken : quick::again;
        default:
            break;
    }
    return try_take_rare(t, me);
}

/// Could it be taken? Takes nothing: `taken` stands for yes.
quick glance(const target& t, const context& me);

/// Throws failure when a handle that leads here cannot be waited on: invalid_handle, access_denied.
void check_waitable(const target& t, handle_value value);
[[noreturn]] void fail_too_often(handle_value value);

}  // namespace kobj::posix
