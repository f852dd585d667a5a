#include "posix/process/process_object.hpp"

#include <algorithm>
#include <bit>

#include "posix/dispatch/queue.hpp"
#include "posix/object/object.hpp"
#include "posix/os/proc.hpp"
#include "posix/process/reap.hpp"

namespace kobj::posix {

u32 make_process_record(transaction& tx) {
    arena& a = the_arena();
    arena_header& h = a.header();
    u32 index = 1;
    const u32 high = h.high_process.get();
    while (index < high && a.process(index).state.get() != static_cast<u32>(process_state::free)) ++index;
    if (index >= a.capacity(region::processes)) throw needs_room{region::processes, index};
    if (index == high) tx.set(h.high_process, high + 1);
    process_record& process = a.process(index);
    // A free record: only what is noted below needs to be found as it was.
    process.id.put(0);
    process.parent.put(0);
    process.object.put(0);
    process.primary_thread.put(0);
    process.error.put(0);
    process.start_time.put(0);
    process.exit_code.put(0);
    process.high.put(1);
    process.free_head.put(0);
    process.free_tail.put(0);
    process.used.put(0);
    process.making.put(0);
    process.watches.put(0);
    process.ended.put(0);
    process.kernel_time.put(0);
    process.user_time.put(0);
    process.job.put(0);
    process.builder.put(tx.me().process);
    tx.set(process.generation, process.generation.get() + 1);
    tx.set(process.state, static_cast<u32>(process_state::building));
    return index;
}

void make_room_for_process(const context& me) {
    arena& a = the_arena();
    const u32 high = a.header().high_process.get();
    for (u32 p = 1; p < high; ++p) {
        if (a.process(p).state.get() == static_cast<u32>(process_state::free)) return;
    }
    // At each doubling, so that the cost is spread over those who made them.
    constexpr u32 few = 16;
    if (high >= max_processes || (high >= few && std::has_single_bit(high))) settle_all(me);
}

namespace {

u32 make_account(transaction& tx, u64 start_time) {
    arena& a = the_arena();
    arena_header& h = a.header();
    u32 index = h.free_account.get();
    if (index != 0) {
        tx.set(h.free_account, a.account(index).link.get());
    } else {
        index = std::max(h.high_account.get(), 1U);
        if (index >= a.capacity(region::accounts)) throw needs_room{region::accounts, index};
        tx.set(h.high_account, index + 1);
    }
    // A free record: only its link needs to be found as it was.
    account_record& account = a.account(index);
    account.began.put(os::wall_clock_at(start_time));
    account.ended.put(0);
    account.kernel_time.put(0);
    account.user_time.put(0);
    account.priority_class.put(0);
    return index;
}

}  // namespace

u32 process_object_of(transaction& tx, u32 index) {
    process_record& process = the_arena().process(index);
    u32 object = process.object.get();
    if (object != 0) return object;
    object = make_object(tx, type_number(object_type::process), 0, u64{process.id.get()} << 32U | still_active_code,
                         u64{process.generation.get()} << 32U | index);
    the_arena().object(object).account.put(make_account(tx, process.start_time.get()));
    add_reference(tx, the_arena().object(object));
    tx.set(process.object, object);
    return object;
}

object_record& own_process_object(const context& me) {
    const u32 object = the_arena().process(me.process).object.get();
    if (object != 0) return the_arena().object(object);
    return the_arena().object(transact(me, [&](transaction& tx) { return process_object_of(tx, me.process); }));
}

u32 running_process(const object_record& object) {
    const u64 body = object.body.get();
    const u32 index = static_cast<u32>(body);
    if (index == 0 || (object.state.get() & state::ended) != 0) return 0;
    return the_arena().process(index).generation.get() == static_cast<u32>(body >> 32U) ? index : 0;
}

void end_process_object(transaction& tx, object_record& object, u32 id, u32 exit_code, const process_end& end) {
    if (const u32 index = object.account.get(); index != 0) {
        account_record& account = the_arena().account(index);
        tx.set(account.ended, end.when);
        tx.set(account.kernel_time, end.kernel_time);
        tx.set(account.user_time, end.user_time);
    }
    word32& ended = the_arena().header().ended_processes;
    tx.set(object.extra, u64{id} << 32U | exit_code);
    tx.set(object.body, 0);
    tx.set(object.state, make_contended(object) | state::ended);
    tx.set(ended, ended.get() + 1);
    tx.uncontend(object);
    drop_reference(tx, object);
    serve(tx, object);
}

}  // namespace kobj::posix
