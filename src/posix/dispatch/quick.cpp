#include "posix/dispatch/quick.hpp"

#include "common/object_type.hpp"
#include "posix/object/timer.hpp"

namespace kobj::posix {

namespace {

quick take_mutex(const target& t, const context& me) {
    switch (mutex_object::try_acquire(*t.object, t.seen, me)) {
        case mutex_object::taken::yes:
            return quick::taken;
        case mutex_object::taken::abandoned:
            return quick::abandoned;
        case mutex_object::taken::too_often:
            return quick::too_often;
        case mutex_object::taken::no:
            return quick::no;
        case mutex_object::taken::look_again:
            break;
    }
    if ((t.seen & state::contended) == 0) {
        if (state::value(t.seen) == me.owner) mutex_object::check_count(*t.object, t.seen);
        return quick::again;
    }
    // Held by somebody who lives, it is not to be had, whoever waits.
    const bool held = state::value(t.seen) != 0 && state::value(t.seen) != me.owner;
    return held && !mutex_object::owner_is_dead(t.seen, false) ? quick::no : quick::locked;
}

quick look_at_timer(u64 seen) {
    // One that is armed may have become due.
    if ((seen & timer_object::signaled) == 0) return (seen & timer_object::armed) != 0 ? quick::locked : quick::no;
    return (seen & timer_object::manual_reset) != 0 ? quick::taken : quick::locked;
}

// Once ended, always ended. That a process has ended must be established first.
quick look_at_runner(const target& t, const context& me) {
    const bool ended = look_at(*t.object, me.owner) != readiness::no && t.is_still_there();
    if (ended) return quick::taken;
    return t.type() == object_type::thread ? quick::no : quick::locked;
}

}  // namespace

quick try_take_rare(const target& t, const context& me) {
    switch (t.type()) {
        case object_type::mutex:
            return take_mutex(t, me);
        case object_type::timer:
            return look_at_timer(t.seen);
        default:
            return look_at_runner(t, me);
    }
}

quick glance(const target& t, const context& me) {
    switch (t.type()) {
        case object_type::mutex: {
            const u64 owner = state::value(t.seen);
            if (owner == 0 || owner == me.owner) return quick::taken;
            return mutex_object::owner_is_dead(t.seen, false) ? quick::taken : quick::no;
        }
        case object_type::event:
            return (t.seen & event_object::signaled) != 0 ? quick::taken : quick::no;
        case object_type::semaphore:
            return state::value(t.seen) != 0 ? quick::taken : quick::no;
        default:
            return try_take_rare(t, me);
    }
}

void check_waitable(const target& t, handle_value value) {
    if (!can_be_waited_for(static_cast<u32>(t.type()))) [[unlikely]]
        fail_type(value, t.type(), "which cannot be waited for");
    if ((t.access() & access::synchronize) == 0) [[unlikely]]
        fail_access(value, t.type(), "synchronize");
}

void fail_too_often(handle_value value) {
    fail(errc::mutant_limit_exceeded, "the mutex of handle {:#x} is held {} times", value.value(),
         mutex_object::most_acquisitions);
}

}  // namespace kobj::posix
