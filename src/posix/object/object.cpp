#include "posix/object/object.hpp"

#include "posix/arena/bytes.hpp"
#include "posix/arena/directory.hpp"
#include "posix/object/file.hpp"
#include "posix/object/job.hpp"
#include "posix/object/timer.hpp"

namespace kobj::posix {

namespace {

void free_object(transaction& tx, object_record& object) {
    arena_header& h = the_arena().header();
    const u64 now = make_contended(object);
    if (const u32 security = object.security.get(); security != 0) {
        tx.set(object.security, 0);
        free_name_records(tx, security);
    }
    const bool is_file = state::type(now) == type_number(object_type::file);
    if (is_file) file_object::forget(tx, object);
    if (state::type(now) == type_number(object_type::file_mapping) || (is_file && object.account.get() != 0)) {
        // Its file is unlinked without the lock, then the record is freed: see section.cpp.
        tx.set(object.state, state::make(state::generation(now), state::section_limbo, 0));
        tx.set(object.link, h.removed_sections.get());
        tx.set(h.removed_sections, the_arena().index_of(object));
        return;
    }
    if (state::type(now) == type_number(object_type::job)) job_object::dispose(tx, object);
    if (state::type(now) == type_number(object_type::timer)) timer_object::disown(tx, object);
    if (state::type(now) == type_number(object_type::process)) {
        tx.set(h.ended_processes, h.ended_processes.get() - 1);
        if (const u32 account = object.account.get(); account != 0) {
            tx.set(the_arena().account(account).link, h.free_account.get());
            tx.set(h.free_account, account);
        }
    }
    tx.set(object.state, state::freed(now));
    tx.set(object.link, h.free_object.get());
    tx.set(h.free_object, the_arena().index_of(object));
}

void free_if_unused(transaction& tx, object_record& object) {
    if (object.handles.get() == 0 && object.references.get() == 0) free_object(tx, object);
}

u32 lowered(const word32& count, const char* what) {
    const u32 now = count.get();
    if (now == 0) fail_corrupt(what);
    return now - 1;
}

}  // namespace

u32 make_object(transaction& tx, u32 type, u64 value, u64 extra, u64 body) {
    arena& a = the_arena();
    arena_header& h = a.header();
    u32 index = h.free_object.get();
    if (index != 0) {
        tx.set(h.free_object, a.object(index).link.get());
    } else {
        index = h.high_object.get();
        if (index >= a.capacity(region::objects)) throw needs_room{region::objects, index};
        tx.set(h.high_object, index + 1);
    }
    object_record& object = a.object(index);
    const u64 before = object.state.get();
    if (index == 0 || state::type(before) != 0) fail_corrupt("the list of free objects");
    const u32 generation = state::generation(before);
    // A free record: only its state and its link need to be found as they were.
    object.extra.put(type == type_number(object_type::mutex) ? u64{generation} << 32U : extra);
    object.body.put(body);
    object.handles.put(0);
    object.references.put(0);
    object.name.put(0);
    object.queue_head.put(0);
    object.queue_tail.put(0);
    object.witness.put(0);
    object.suspended.put(0);
    object.account.put(0);
    object.security.put(0);
    tx.set(object.state, state::make(generation, type, value) | (tx.traces() ? state::contended : 0));
    return index;
}

void add_handle(transaction& tx, object_record& object, u32 holder) {
    tx.set(object.handles, object.handles.get() + 1);
    if (object.name.get() == 0) return;
    const u32 seen = object.witness.get();
    if (seen == 0)
        tx.set(object.witness, holder + witness::one_handle);
    else if (witness::process(seen) == holder)
        tx.set(object.witness, witness::with_one_more(seen));
}

void drop_handle(transaction& tx, object_record& object, u32 holder) {
    const u32 left = lowered(object.handles, "a usage count");
    tx.set(object.handles, left);
    if (left != 0) {
        // With the last that is known of, the next to open by name finds out who holds it.
        if (object.name.get() == 0) return;
        const u32 seen = object.witness.get();
        if (witness::process(seen) == holder) tx.set(object.witness, witness::with_one_less(seen));
        return;
    }
    if (object.name.get() != 0) remove_name(tx, object);
    if (state::type(object.state.get()) == type_number(object_type::job)) job_object::last_handle_closed(tx, object);
    free_if_unused(tx, object);
}

void add_reference(transaction& tx, object_record& object) {
    tx.set(object.references, object.references.get() + 1);
}

void drop_reference(transaction& tx, object_record& object) {
    tx.set(object.references, lowered(object.references, "a reference count"));
    free_if_unused(tx, object);
}

}  // namespace kobj::posix
