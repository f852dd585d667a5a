#include "posix/dispatch/queue.hpp"

#include "posix/arena/session_lock.hpp"
#include "posix/dispatch/watch.hpp"
#include "posix/object/event.hpp"
#include "posix/object/object.hpp"

namespace kobj::posix {

namespace {

u32 block_thread(u32 block) noexcept {
    return block / max_wait;
}

/// Counts the steps along a queue: in one that has been damaged they need not come to an end.
class walk {
public:
    void step() {
        if (++steps_ > most_) fail_corrupt("a queue");
    }

private:
    u64 most_ = u64{the_arena().capacity(region::waits)} + the_arena().capacity(region::watches);
    u64 steps_ = 0;
};

/// The first wait block of a thread, or 0.
u32 first_thread_block(const object_record& object) {
    u32 number = object.queue_head.get();
    for (walk queue; is_watch(number); number = the_arena().wait(number).next.get()) queue.step();
    return number;
}

u64 owner_of(u32 thread) {
    return make_owner(thread, thread_generation(the_arena().thread(thread).identity.get()));
}

u32 checked_count(const thread_record& thread) {
    const u32 count = thread.wait_count.get();
    if (count > max_wait) fail_corrupt("the number of objects that a thread waits for");
    return count;
}

struct verdict {
    bool satisfied = false;
    u32 index = 0;
    bool abandoned = false;
};

struct manner {
    bool thorough = false;                  ///< see look_at
    const object_record* pulsed = nullptr;  ///< an event that counts as signaled, and stays as it is
};

// Takes what the thread waits for, if it can have it now.
verdict try_satisfy(transaction& tx, u32 thread, const manner& way) {
    arena& a = the_arena();
    thread_record& record = a.thread(thread);
    const u32 count = checked_count(record);
    const u64 owner = owner_of(thread);
    const bool all = record.wait_all.get() != 0;
    verdict found;
    readiness how[max_wait];
    const auto take_it = [&](object_record& object, readiness found_how) {
        if (&object != way.pulsed) take(tx, object, owner, found_how);
    };
    for (u32 i = 0; i < count; ++i) {
        object_record& object = a.object(a.wait(thread * max_wait + i).object.get());
        const bool was_open = (object.state.get() & state::contended) == 0;
        make_contended(object);
        how[i] = &object == way.pulsed ? readiness::ready : look_at(object, owner, way.thorough);
        if (all && how[i] == readiness::no) {
            // A mutex that was free past this thread (let_barge) has an owner whose life it does not watch yet.
            if (was_open && watched_thread(object) != 0) tx.wake(thread, park_look);
            return found;
        }
        if (!all && how[i] != readiness::no) {
            take_it(object, how[i]);
            return {true, i, how[i] == readiness::abandoned};
        }
    }
    if (!all || count == 0) return found;
    found.satisfied = true;
    for (u32 i = count; i-- > 0;) {
        take_it(a.object(a.wait(thread * max_wait + i).object.get()), how[i]);
        if (how[i] == readiness::abandoned) found = {true, i, true};
    }
    return found;
}

}  // namespace

void fire_all(transaction& tx, object_record& object) {
    walk queue;
    for (u32 number = object.queue_head.get(); is_watch(number); number = the_arena().wait(number).next.get()) {
        queue.step();
        fire(tx, number - first_watch);
        if (tx.is_long()) tx.checkpoint();
    }
}

void enqueue(transaction& tx, std::span<object_record* const> objects, const wait_terms& terms) {
    arena& a = the_arena();
    const u32 thread = tx.me().index;
    thread_record& record = *tx.me().record;
    record.park.put(park_awake);
    record.wait_result.put(0);
    record.wait_all.put(terms.all ? 1 : 0);
    record.wait_since.put(static_cast<u64>(terms.now));
    record.wait_until.put(static_cast<u64>(terms.until));
    record.wait_alertable.put(terms.alertable ? 1 : 0);
    for (u32 i = 0; i < objects.size(); ++i) {
        object_record& object = *objects[i];
        const u32 number = thread * max_wait + i;
        wait_block& block = a.wait(number);
        const u32 tail = object.queue_tail.get();
        tx.set(block.object, a.index_of(object));
        tx.set(block.next, 0);
        tx.set(block.previous, tail);
        tx.set(tail == 0 ? object.queue_head : a.wait(tail).next, number);
        tx.set(object.queue_tail, number);
        add_reference(tx, object);
    }
    tx.set(record.wait_count, static_cast<u32>(objects.size()));
}

void dequeue(transaction& tx, u32 thread) {
    arena& a = the_arena();
    thread_record& record = a.thread(thread);
    const u32 count = checked_count(record);
    tx.set(record.wait_count, 0);
    for (u32 i = 0; i < count; ++i) {
        const u32 number = thread * max_wait + i;
        wait_block& block = a.wait(number);
        object_record& object = a.object(block.object.get());
        const u32 next = block.next.get();
        const u32 previous = block.previous.get();
        tx.set(previous == 0 ? object.queue_head : a.wait(previous).next, next);
        tx.set(next == 0 ? object.queue_tail : a.wait(next).previous, previous);
        tx.set(block.object, 0);
        if (object.queue_head.get() == 0)
            tx.uncontend(object);
        else if (next != 0 && (previous == 0 || is_watch(previous)))
            tx.wake(block_thread(next), park_look);
        drop_reference(tx, object);
    }
}

void end_alerted(transaction& tx, u32 thread) {
    thread_record& record = the_arena().thread(thread);
    if (record.wait_count.get() == 0) return;
    tx.set(record.wait_result, wait_alerted);
    dequeue(tx, thread);
    tx.wake(thread, park_satisfied);
}

namespace {

void serve_queue(transaction& tx, object_record& object, const manner& way, bool one) {
    arena& a = the_arena();
    if (object.queue_head.get() == 0) return;
    make_contended(object);
    walk queue;
    bool given = false;
    for (u32 number = first_thread_block(object); number != 0;) {
        queue.step();
        const u32 thread = block_thread(number);
        const u32 next = a.wait(number).next.get();
        if (thread_ended(thread, way.thorough)) {
            dequeue(tx, thread);
            if (tx.is_long()) tx.checkpoint();
        } else if (const verdict v = try_satisfy(tx, thread, way); v.satisfied) {
            // A thread can stand twice in one queue: the block behind may be its own and go with it.
            u32 after = next;
            for (; after != 0 && block_thread(after) == thread; after = a.wait(after).next.get()) queue.step();
            tx.set(a.thread(thread).wait_result, make_wait_result(v.index, v.abandoned));
            dequeue(tx, thread);
            tx.wake(thread, park_satisfied);
            given = true;
            if (tx.is_long()) tx.checkpoint();
            number = after;
            // Nobody else can have it: no need to ask them all.
            if (way.pulsed != nullptr ? one : look_at(object, 0) == readiness::no) break;
            continue;
        }
        number = next;
    }
    // Who watches the object has to watch the new owner's life.
    const bool new_life = given && watched_thread(object) != 0;
    if (new_life) {
        if (const u32 first = first_thread_block(object); first != 0) tx.wake(block_thread(first), park_look);
    }
    if (is_watch(object.queue_head.get()) && (new_life || look_at(object, 0) != readiness::no)) fire_all(tx, object);
}

}  // namespace

void serve(transaction& tx, object_record& object, bool thorough) {
    serve_queue(tx, object, {.thorough = thorough}, false);
}

void serve_pulse(transaction& tx, object_record& event) {
    serve_queue(tx, event, {.pulsed = &event}, (event.state.get() & event_object::manual_reset) == 0);
}

void wake_all(transaction& tx, object_record& object) {
    walk queue;
    if (is_watch(object.queue_head.get())) fire_all(tx, object);
    for (u32 number = first_thread_block(object); number != 0; number = the_arena().wait(number).next.get()) {
        queue.step();
        tx.wake(block_thread(number), park_look);
    }
}

u32 living_head(transaction& tx, object_record& object) {
    walk queue;
    while (const u32 number = first_thread_block(object)) {
        queue.step();
        const u32 thread = block_thread(number);
        if (!thread_ended(thread, false)) return thread;
        dequeue(tx, thread);
        if (tx.is_long()) tx.checkpoint();
    }
    return 0;
}

}  // namespace kobj::posix
