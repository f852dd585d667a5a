#include "posix/object/mutex.hpp"

#include "posix/arena/arena.hpp"
#include "posix/arena/session_lock.hpp"

namespace kobj::posix::mutex_object {

bool owner_is_dead(u64 seen, bool thorough) {
    const u64 owner = state::value(seen);
    if (owner == 0) return false;
    const u32 index = owner_index(owner);
    const u64 identity = the_arena().thread(index).identity.get();
    if (!thread_claimed(identity) || thread_generation(identity) != owner_generation(owner)) return true;
    return thread_ended(index, thorough);
}

void check_count(const object_record& mutex, u64 seen) {
    const bool is_own = static_cast<u32>(mutex.extra.get() >> 32U) == state::generation(seen);
    if (!is_own && mutex.state.get() == seen) fail_corrupt("how often a mutex is held");
}

taken try_acquire_held(object_record& mutex, u64 seen, const context& me) {
    const u64 owner = state::value(seen);
    if (owner == me.owner) {
        // Only the owner counts, and only while the record is still this mutex.
        u64 count = mutex.extra.get();
        if (static_cast<u32>(count >> 32U) != state::generation(seen)) return taken::look_again;
        if (static_cast<u32>(count) + 1 >= most_acquisitions) return taken::too_often;
        return mutex.extra.swap(count, count + 1) ? taken::yes : taken::look_again;
    }
    if ((seen & state::contended) != 0) return taken::look_again;
    if (owner == 0) return taken::look_again;
    if (!owner_is_dead(seen, false)) return taken::no;
    if (!mutex.state.swap(seen, state::with_value(seen, me.owner))) return taken::look_again;
    // Killed here, the next one finds this thread dead and comes here again.
    u64 count = mutex.extra.get();
    const u64 none = u64{state::generation(seen)} << 32U;
    if (static_cast<u32>(count >> 32U) == state::generation(seen)) mutex.extra.swap(count, none);
    return taken::abandoned;
}

}  // namespace kobj::posix::mutex_object
