#include "posix/arena/transaction.hpp"

#include "posix/arena/session_lock.hpp"
#include "posix/os/futex.hpp"

namespace kobj::posix {

transaction::transaction(const context& me) : me_(me), arena_(the_arena()) {
    if (session_lock::acquire(me)) {
        try {
            roll_back(arena_.header().undo_count.get());
        } catch (...) {
            session_lock::release(me);
            throw;
        }
    }
    if (arena_.header().trace_until.get() != 0) [[unlikely]]
        traces_ = trace::is_on();
}

transaction::~transaction() {
    if (!open_) return;
    if (traces_) trace::forget_noted();
    try {
        // By the own count: the word in the arena is for those who come when this thread has died.
        roll_back(noted_);
    } catch (const failure&) {
        // The log itself is damaged. Nothing better can be done than to let the lock go.
    }
    session_lock::release(me_);
}

void transaction::roll_back(u32 count) {
    arena_header& h = arena_.header();
    if (count > undo_room) fail_corrupt("the length of the undo log");
    // Latest first. Killed in here, the next one does the same again: each step is an absolute value.
    while (count > 0) {
        const undo_entry& entry = h.undo[--count];
        const u64 where = entry.where.get();
        if ((where & 1) != 0)
            reinterpret_cast<word32*>(arena_.checked_address(where & ~u64{1}, 4))
                ->put(static_cast<u32>(entry.old.get()));
        else
            reinterpret_cast<word64*>(arena_.checked_address(where, 8))->put(entry.old.get());
    }
    end_of_log();
}

void transaction::overflow() {
    // A work of unknown length has to make checkpoints; this one did not.
    fail(errc::no_system_resources, "a change of more than {} words at once", undo_room);
}

void transaction::checkpoint() {
    end_of_log();
    if (traces_) [[unlikely]]
        trace::put_noted();
}

void transaction::end_of_log() {
    arena_header& h = arena_.header();
    // Counted first: whoever copies the arena must not miss it, should this process be killed in between.
    if (h.undo_count.get() != 0) h.changes.put(h.changes.get() + 1);
    h.undo_count.put(0);
    noted_ = 0;
}

void transaction::commit() {
    checkpoint();
    open_ = false;
    after_commit();
    if (remembered_ != 0) [[unlikely]]
        handle_history::note({remember_.data(), remembered_});
}

void transaction::after_commit() noexcept {
    for (const opening& o : uncontend_) {
        u64 seen = o.object->state.get();
        if (o.although_queued || o.object->queue_head.get() == 0) o.object->state.swap(seen, seen & ~state::contended);
    }
    for (const u32 t : leaving_) finish_leaving(t);
    for (wake_up& w : wakes_) w.asleep = arena_.thread(w.thread).park.exchange(w.value) == park_asleep;
    session_lock::release(me_);
    for (const wake_up& w : wakes_) {
        if (w.asleep) os::futex_wake(arena_.thread(w.thread).park.raw(), 1);
    }
}

void needs_room::make() const {
    if (descriptors)
        the_arena().commit_descriptors(table_of, index);
    else if (table_of != 0)
        the_arena().commit_table(table_of, index);
    else
        the_arena().commit(which, index);
}

void finish_leaving(u32 index) noexcept {
    arena_header& h = the_arena().header();
    thread_record& record = the_arena().thread(index);
    // First, for it must not look ended to its next thread.
    record.life.clear();
    record.identity.put(make_thread_identity(0, thread_generation(record.identity.get()), false));
    if (index < h.thread_hint.get()) h.thread_hint.put(index);
}

u64 make_contended(object_record& object) noexcept {
    u64 seen = object.state.get();
    while ((seen & state::contended) == 0) {
        if (object.state.swap(seen, seen | state::contended)) return seen | state::contended;
    }
    return seen;
}

}  // namespace kobj::posix
