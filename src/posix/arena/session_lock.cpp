#include "posix/arena/session_lock.hpp"

#include <climits>

#include "posix/arena/arena.hpp"
#include "posix/os/futex.hpp"
#include "posix/os/proc.hpp"
#include "posix/os/relax.hpp"

namespace kobj::posix {

namespace {

constexpr u32 sleepers = session_lock::sleepers_bit;
constexpr int spins = 100;
constexpr i64 recheck = 1'000'000'000;

// A record that names the holder is claimed by it, and not freed while the word names it. `seen` was read before.
bool can_hold(u32 seen) {
    const u32 holder = session_lock::holder_of(seen);
    const u64 identity = the_arena().thread(holder).identity.get();
    return thread_claimed(identity) &&
           session_lock::word_of(make_owner(holder, thread_generation(identity))) == (seen & ~sleepers);
}

}  // namespace

bool thread_ended(u32 index, bool thorough) {
    thread_record& thread = the_arena().thread(index);
    const u64 identity = thread.identity.get();
    if (!thread_claimed(identity)) return false;
    const u32 life = thread.life.word().load(std::memory_order_acquire);
    if (os::life::ended(life) && (life & FUTEX_OWNER_DIED) != 0) return thread.identity.get() == identity;
    // A thread that has claimed its record and not begun its life yet has an empty word there.
    if (!os::life::ended(life) && !thorough) return false;
    // In its process, since its id may be another thread's by now.
    const pid_t id = static_cast<pid_t>(thread_id(identity));
    const u32 process = thread.process.get();
    const u32 known = process == 0 ? 0 : the_arena().process(process).id.get();
    const os::process_facts facts =
        known == 0 ? os::look_at_process(id) : os::look_at_thread(static_cast<pid_t>(known), id);
    return (!facts.exists || facts.zombie) && thread.identity.get() == identity;
}

bool session_lock::acquire(const context& me) {
    word32& lock = the_arena().header().session_lock;
    const u32 own = session_lock::word_of(me.owner);
    u32 seen = 0;
    if (lock.swap(seen, own)) return false;
    u32 keep = 0;  // once asleep, others may be, too
    bool thorough = false;
    for (;;) {
        for (int i = 0; i < spins && (seen & ~sleepers) != 0; ++i) {
            os::relax();
            seen = lock.get();
        }
        const u32 holder = session_lock::holder_of(seen);
        if (holder == 0) {
            if (lock.swap(seen, own | keep | (seen & sleepers))) return false;
            continue;
        }
        if (!can_hold(seen)) {
            // Nobody would ever let it go, unless it has another holder by now.
            const u32 now = lock.get();
            if ((now & ~sleepers) == (seen & ~sleepers)) fail_corrupt("the holder of the session lock");
            seen = now;
            continue;
        }
        if (holder == me.index)
            fail(errc::invalid_state, "kobj was called from a signal handler that interrupted a call of kobj");
        if (thread_ended(holder, thorough)) {
            if (lock.swap(seen, own | sleepers)) {
                // The kernel wakes one sleeper only, and others may wait for what the dead one owned.
                os::futex_wake(the_arena().thread(holder).life.word(), INT_MAX);
                return true;
            }
            continue;
        }
        if ((seen & sleepers) == 0) {
            if (!lock.swap(seen, seen | sleepers)) continue;
            seen |= sleepers;
        }
        keep = sleepers;
        os::life& life = the_arena().thread(holder).life;
        const u32 alive = life.announce_sleeper();
        const i64 now = os::monotonic_now();
        if (os::life::ended(alive)) {
            // Just ended, or a record in the making: look again, soon.
            const os::futex_key key{&lock.raw(), seen};
            os::futex_wait({&key, 1}, now + 1'000'000);
        } else {
            const os::futex_key keys[] = {{&lock.raw(), seen}, {&life.word(), alive}};
            os::futex_wait(keys, now + recheck);
            thorough = os::monotonic_now() - now >= recheck;
        }
        seen = lock.get();
    }
}

void session_lock::release(const context&) noexcept {
    word32& lock = the_arena().header().session_lock;
    if ((lock.exchange(0) & sleepers) != 0) os::futex_wake(lock.raw(), 1);
}

}  // namespace kobj::posix
