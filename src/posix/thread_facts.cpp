#include "posix/thread_facts.hpp"

#include <unistd.h>

#include "posix/arena/session_lock.hpp"
#include "posix/handle/target.hpp"
#include "posix/process/attach.hpp"
#include "posix/process/termination.hpp"
#include "posix/process/thread_object.hpp"

namespace kobj::detail {

using namespace posix;

namespace {

target look_up_for(handle_value value, access_mask needed) {
    const target t = look_up(enter(), value, object_type::thread, 0);
    if ((t.access() & needed) == 0) fail_access(value, object_type::thread, "the right that is needed");
    return t;
}

}  // namespace

result<thread_facts> look_at_thread(handle_value value, access_mask needed) {
    return guarded([&] {
        const target t = look_up_for(value, needed);
        thread_facts facts;
        facts.object = the_arena().index_of(*t.object);
        facts.generation = state::generation(t.seen);
        facts.id = static_cast<u32>(t.object->extra.get() >> 32U);
        facts.process_id = process_id_of(*t.object);
        facts.own = facts.process_id == static_cast<u32>(getpid());
        const u32 record = thread_record_of(*t.object);
        facts.ended = (t.seen & state::ended) != 0 || (record != 0 && thread_ended(record, false));
        return facts;
    });
}

result<void> terminate_thread(handle_value value, std::uint32_t code) {
    return guarded([&] {
        const context& me = enter();
        termination::terminate(me, look_up(me, value, object_type::thread, access::thread_terminate), code);
    });
}

result<std::uint32_t> change_scheduling(handle_value value, access_mask needed, std::uint32_t mask,
                                        std::uint32_t bits) {
    return guarded([&] {
        const target t = look_up_for(value, needed);
        word32& kept = t.object->account;
        if (mask == 0) return kept.get();
        return transact(enter(), [&](transaction& tx) {
            if (!t.is_still_there()) fail_closed(value);
            const u32 before = kept.get();
            tx.set(kept, (before & ~mask) | (bits & mask));
            return before;
        });
    });
}

}  // namespace kobj::detail
