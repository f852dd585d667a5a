#include "posix/dispatch/watch.hpp"

#include <algorithm>

#include "posix/dispatch/queue.hpp"
#include "posix/object/event.hpp"
#include "posix/object/object.hpp"

namespace kobj::posix {

namespace {

// A set's `extra`: the first fired watch in the high half, the last one in the low half.
constexpr u32 first_of(u64 list) noexcept {
    return static_cast<u32>(list >> 32U);
}
constexpr u32 last_of(u64 list) noexcept {
    return static_cast<u32>(list);
}
constexpr u64 make_list(u32 first, u32 last) noexcept {
    return u64{first} << 32U | last;
}

// Who serves a set serves what watches it, and so on. Sets that lead to each other for long are damage.
constinit thread_local u32 depth = 0;

class deeper {
public:
    deeper() {
        constexpr u32 deepest = 64;
        if (depth == deepest) fail_corrupt("a wait set in a wait set");
        ++depth;
    }
    deeper(const deeper&) = delete;
    deeper& operator=(const deeper&) = delete;
    ~deeper() { --depth; }
};

void signal_set(transaction& tx, object_record& set) {
    const deeper level;
    const u64 seen = make_contended(set);
    if ((seen & event_object::signaled) == 0) {
        tx.set(set.state, seen | event_object::signaled);
        serve(tx, set);
    }
    if (set.queue_head.get() == 0) tx.uncontend(set);
}

void unlink_fired(transaction& tx, watch_record& watch, u32 fired) {
    arena& a = the_arena();
    object_record& set = a.object(watch.set.get());
    const u32 next = watch.fired_next.get();
    const u32 previous = watch.fired_previous.get();
    const u64 list = set.extra.get();
    tx.set(set.extra, make_list(previous == 0 ? next : first_of(list), next == 0 ? previous : last_of(list)));
    if (previous != 0) tx.set(a.watch(previous).fired_next, next);
    if (next != 0) tx.set(a.watch(next).fired_previous, previous);
    tx.set(watch.fired, fired);
}

u32 new_watch(transaction& tx) {
    arena& a = the_arena();
    arena_header& h = a.header();
    if (const u32 free = h.free_watch.get(); free != 0) {
        tx.set(h.free_watch, a.watch(free).fired_next.get());
        return free;
    }
    const u32 index = std::max(h.high_watch.get(), 1U);
    if (index >= a.capacity(region::watches)) throw needs_room{region::watches, index};
    tx.set(h.high_watch, index + 1);
    return index;
}

}  // namespace

u32 add_watch(transaction& tx, object_record& object, object_record& set, u64 key) {
    arena& a = the_arena();
    const u32 index = new_watch(tx);
    const u32 number = first_watch + index;
    watch_record& watch = a.watch(index);
    process_record& process = a.process(tx.me().process);
    make_contended(object);
    // A free record: only `set` and its link need to be found as they were.
    watch.key.put(key);
    watch.fired.put(watch_idle);
    watch.process.put(tx.me().process);
    watch.previous.put(0);
    watch.next.put(process.watches.get());
    watch.queue.object.put(a.index_of(object));
    watch.queue.previous.put(0);
    watch.queue.next.put(object.queue_head.get());
    tx.set(watch.set, a.index_of(set));
    if (const u32 next = process.watches.get(); next != 0) tx.set(a.watch(next).previous, index);
    tx.set(process.watches, index);
    const u32 head = object.queue_head.get();
    tx.set(head == 0 ? object.queue_tail : a.wait(head).previous, number);
    tx.set(object.queue_head, number);
    add_reference(tx, object);
    add_reference(tx, set);
    fire(tx, index);
    return index;
}

void remove_watch(transaction& tx, u32 index) {
    arena& a = the_arena();
    watch_record& watch = a.watch(index);
    object_record& set = a.object(watch.set.get());
    object_record& object = a.object(watch.queue.object.get());
    if (watch.fired.get() == watch_fired) unlink_fired(tx, watch, watch_idle);

    u32 next = watch.next.get();
    u32 previous = watch.previous.get();
    tx.set(previous == 0 ? a.process(watch.process.get()).watches : a.watch(previous).next, next);
    if (next != 0) tx.set(a.watch(next).previous, previous);

    next = watch.queue.next.get();
    previous = watch.queue.previous.get();
    tx.set(previous == 0 ? object.queue_head : a.wait(previous).next, next);
    tx.set(next == 0 ? object.queue_tail : a.wait(next).previous, previous);
    if (object.queue_head.get() == 0) tx.uncontend(object);

    tx.set(watch.set, 0);
    tx.set(watch.fired_next, a.header().free_watch.get());
    tx.set(a.header().free_watch, index);
    drop_reference(tx, object);
    drop_reference(tx, set);
}

void fire(transaction& tx, u32 index) {
    arena& a = the_arena();
    watch_record& watch = a.watch(index);
    if (watch.fired.get() != watch_idle) return;
    object_record& set = a.object(watch.set.get());
    const u64 list = set.extra.get();
    const u32 last = last_of(list);
    tx.set(watch.fired, watch_fired);
    tx.set(watch.fired_next, 0);
    tx.set(watch.fired_previous, last);
    if (last != 0) tx.set(a.watch(last).fired_next, index);
    tx.set(set.extra, make_list(last == 0 ? index : first_of(list), index));
    signal_set(tx, set);
}

u32 next_fired(transaction& tx, object_record& set) {
    const u32 first = first_of(set.extra.get());
    if (first == 0) return 0;
    watch_record& watch = the_arena().watch(first);
    // Otherwise the list would not come to an end.
    if (watch.fired.get() != watch_fired || watch.fired_previous.get() != 0 ||
        &the_arena().object(watch.set.get()) != &set)
        fail_corrupt("the list of what has fired");
    unlink_fired(tx, watch, watch_idle);
    return first;
}

void pass_on(transaction& tx, object_record& set) {
    if (set.extra.get() != 0) signal_set(tx, set);
}

void remove_watches_of(const context& me, u32 process, u32 generation) {
    arena& a = the_arena();
    process_record& record = a.process(process);
    if (record.watches.get() == 0) return;
    transact(me, [&](transaction& tx) {
        if (record.generation.get() != generation) return;
        while (const u32 first = record.watches.get()) {
            remove_watch(tx, first);
            if (record.watches.get() == first) fail_corrupt("the watches of a process");
            if (tx.is_long()) tx.checkpoint();
        }
    });
}

}  // namespace kobj::posix
