#include "posix/process/thread_record.hpp"

#include <unistd.h>

#include <cstring>

#include "posix/arena/session_lock.hpp"
#include "posix/dispatch/queue.hpp"
#include "posix/object/timer.hpp"
#include "posix/process/thread_object.hpp"

namespace kobj::posix {

context claim_thread_record() {
    arena& a = the_arena();
    word32& hint = a.header().thread_hint;
    const u32 id = static_cast<u32>(gettid());
    u32 index = hint.get();
    if (index == 0 || index >= max_threads) index = 1;
    for (bool wrapped = false;; ++index) {
        if (index >= a.capacity(region::threads)) {
            // Before the arena grows: one look at those before the hint.
            if (!wrapped && index > 1) {
                wrapped = true;
                index = 0;
                continue;
            }
            a.commit(region::threads, index);
        }
        thread_record& record = a.thread(index);
        u64 identity = record.identity.get();
        if (!thread_free(identity)) continue;
        a.commit(region::waits, index * max_wait + max_wait - 1);
        if (record.identity.swap(identity, make_thread_identity(id, thread_generation(identity), true))) {
            hint.put(index + 1);
            record.process.put(0);
            record.object.put(0);
            record.exit_code.put(0);
            record.wait_count.put(0);
            record.park.put(0);
            record.halted.put(0);
            record.timers.put(0);
            record.sleeps.put(0);
            record.slept.put(0);
            if (const int error = record.life.begin(); error != 0) {
                record.identity.put(make_thread_identity(0, thread_generation(identity), false));
                fail(errc::no_system_resources, "a robust mutex cannot be locked: {}", std::strerror(error));
            }
            context me;
            me.index = index;
            me.record = &record;
            me.owner = make_owner(index, thread_generation(identity));
            return me;
        }
    }
}

void settle_thread(transaction& tx, u32 thread, u32 code) {
    arena& a = the_arena();
    thread_record& record = a.thread(thread);
    const u64 identity = record.identity.get();
    if (record.wait_count.get() != 0) dequeue(tx, thread);
    timer_object::cancel_all_of(tx, record);
    const u32 object_index = record.object.get();
    tx.set(record.object, 0);
    tx.set(record.process, 0);
    tx.set(record.identity, make_leaving_identity(thread_generation(identity) + 1));
    tx.free_thread(thread);
    if (object_index == 0) return;
    const u64 given = record.exit_code.get();
    end_thread_object(tx, a.object(object_index), thread_id(identity),
                      (given >> 32U) != 0 ? static_cast<u32>(given) : code);
}

void sweep_threads(const context& me) {
    arena& a = the_arena();
    const u32 count = a.capacity(region::threads);
    for (u32 t = 1; t < count; ++t) {
        const thread_record& record = a.thread(t);
        if (thread_leaving(record.identity.get())) {
            // Whoever settled it was killed behind the commit.
            transact(me, [&](transaction&) {
                if (thread_leaving(record.identity.get())) finish_leaving(t);
            });
            continue;
        }
        if (!thread_claimed(record.identity.get()) || !thread_ended(t, false)) continue;
        transact(me, [&](transaction& tx) {
            const u32 process = record.process.get();
            // Of a process that is there still, the process's end settles its threads, with its exit code.
            const bool orphan = process == 0 || a.process(process).state.get() == static_cast<u32>(process_state::free);
            if (thread_claimed(record.identity.get()) && (orphan || process == me.process) && thread_ended(t, false))
                settle_thread(tx, t, 0);
        });
    }
}

}  // namespace kobj::posix
