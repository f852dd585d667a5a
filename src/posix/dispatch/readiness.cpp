#include "posix/dispatch/readiness.hpp"

#include <kobj/handle.hpp>

#include "posix/arena/session_lock.hpp"
#include "posix/object/event.hpp"
#include "posix/object/mutex.hpp"
#include "posix/object/object.hpp"
#include "posix/object/timer.hpp"

namespace kobj::posix {

namespace {

// The thread record of a thread object that runs, or 0.
u32 running_thread(const object_record& object) {
    const u64 body = object.body.get();
    const u32 index = static_cast<u32>(body);
    if (index == 0) return 0;
    const u64 identity = the_arena().thread(index).identity.get();
    return thread_claimed(identity) && thread_generation(identity) == static_cast<u32>(body >> 32U) ? index : 0;
}

bool has_ended(const object_record& object, u64 seen, bool thorough) {
    if ((seen & state::ended) != 0) return true;
    if (object_type{static_cast<u8>(state::type(seen))} != object_type::thread) return false;
    const u32 index = running_thread(object);
    if (index == 0 || !thread_ended(index, thorough)) return false;
    // The last word that the thread wrote: what it did before, who waited for it sees.
    (void)the_arena().thread(index).exit_code.get();
    return true;
}

}  // namespace

readiness look_at(const object_record& object, u64 owner, bool thorough) {
    const u64 seen = object.state.get();
    switch (object_type{static_cast<u8>(state::type(seen))}) {
        case object_type::mutex: {
            const u64 holder = state::value(seen);
            if (holder == 0) return readiness::ready;
            if (holder == owner)
                return static_cast<u32>(object.extra.get()) + 1 < mutex_object::most_acquisitions ? readiness::ready
                                                                                                  : readiness::no;
            return mutex_object::owner_is_dead(seen, thorough) ? readiness::abandoned : readiness::no;
        }
        case object_type::event:
            return (seen & event_object::signaled) != 0 ? readiness::ready : readiness::no;
        case object_type::semaphore:
            return state::value(seen) != 0 ? readiness::ready : readiness::no;
        case object_type::timer:
            return timer_object::is_signaled(object) ? readiness::ready : readiness::no;
        case object_type::process:
        case object_type::thread:
            return has_ended(object, seen, thorough) ? readiness::ready : readiness::no;
        case object_type::file:
            // No call leaves anything to be done behind it.
            return readiness::ready;
        default:
            return readiness::no;
    }
}

namespace {

void take_mutex(transaction& tx, object_record& object, u64 owner, readiness how) {
    const u64 seen = object.state.get();
    if (how == readiness::ready && state::value(seen) == owner) {
        // May be counted up and down by its owner meanwhile only if that is the caller: it waits, or it is us.
        tx.set(object.extra, object.extra.get() + 1);
        return;
    }
    if (how == readiness::abandoned) tx.set(object.extra, u64{state::generation(seen)} << 32U);
    tx.set(object.state, state::with_value(seen, owner));
}

}  // namespace

void take(transaction& tx, object_record& object, u64 owner, readiness how) {
    const u64 seen = object.state.get();
    tx.happened_for(owner_index(owner), how == readiness::abandoned ? trace::what::abandoned : trace::what::acquired,
                    &object);
    switch (object_type{static_cast<u8>(state::type(seen))}) {
        case object_type::mutex:
            return take_mutex(tx, object, owner, how);
        case object_type::event:
            if ((seen & event_object::manual_reset) == 0) tx.set(object.state, seen & ~event_object::signaled);
            return;
        case object_type::semaphore:
            return tx.set(object.state, seen - 1);
        case object_type::timer:
            return timer_object::take(tx, object);
        default:
            return;
    }
}

u64 watched_thread(const object_record& object) {
    const u64 seen = object.state.get();
    switch (object_type{static_cast<u8>(state::type(seen))}) {
        case object_type::mutex:
            return state::value(seen);
        case object_type::thread: {
            const u64 body = object.body.get();
            return static_cast<u32>(body) == 0 ? 0 : make_owner(static_cast<u32>(body), static_cast<u32>(body >> 32U));
        }
        default:
            return 0;
    }
}

bool can_be_waited_for(u32 type) noexcept {
    return type != 0 && type != type_number(object_type::file_mapping) && type != state::private_namespace &&
           type != state::section_limbo;
}

}  // namespace kobj::posix
