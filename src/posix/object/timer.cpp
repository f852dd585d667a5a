#include "posix/object/timer.hpp"

#include <climits>

#include "posix/os/futex.hpp"

namespace kobj::posix::timer_object {

namespace {

constexpr i64 tick = 100;  // nanoseconds
constexpr i64 never = INT64_MAX;

i64 to_nanoseconds(i64 ticks) noexcept {
    return ticks > never / tick ? never : ticks * tick;
}

i64 later(i64 now, i64 length) noexcept {
    return length > never - now ? never : now + length;
}

i64 due_of(const object_record& timer) {
    const i64 due = static_cast<i64>(timer.extra.get());
    if (due < 0) fail_corrupt("the due time of a timer");
    return due;
}

void store(transaction& tx, object_record& timer, const reading& now) {
    const u64 seen = timer.state.get();
    if (state::value(seen) != now.value) tx.set(timer.state, state::with_value(seen, now.value));
    if (timer.extra.get() != now.due) tx.set(timer.extra, now.due);
}

// What was to be done by the former setting is not done any more.
void begin_anew(transaction& tx, object_record& timer) {
    disown(tx, timer);
    tx.set(timer.body, timer.body.get() + 1);
}

}  // namespace

reading read(const object_record& timer) {
    reading r{state::value(timer.state.get()), timer.extra.get()};
    if ((r.value & armed) == 0) return r;
    const i64 due = due_of(timer);
    r.due = static_cast<u64>(due);
    const i64 now = os::monotonic_now();
    const i64 late = ((r.value & absolute) != 0 ? os::wall_clock_now() : now) - due;
    if (late < 0) return r;
    r.value |= signaled;
    r.value &= ~absolute;
    const i64 period = static_cast<i64>(r.value >> period_shift) * 1'000'000;
    if (period == 0)
        r.value &= ~armed;
    else  // It keeps its rhythm, however late somebody looks. From the first time on by the clock that nobody sets.
        r.due = static_cast<u64>(now + period - late % period);
    return r;
}

void advance(transaction& tx, object_record& timer) {
    store(tx, timer, read(timer));
}

void take(transaction& tx, object_record& timer) {
    reading now = read(timer);
    if ((now.value & manual_reset) == 0) now.value &= ~signaled;
    store(tx, timer, now);
}

void adopt(transaction& tx, object_record& timer) {
    thread_record& owner = *tx.me().record;
    tx.set(timer.suspended, tx.me().index);
    tx.set(timer.link, owner.timers.get());
    tx.set(owner.timers, the_arena().index_of(timer));
}

void disown(transaction& tx, object_record& timer) {
    arena& a = the_arena();
    const u32 owner = timer.suspended.get();
    if (owner == 0) return;
    const u32 index = a.index_of(timer);
    word32* link = &a.thread(owner).timers;
    for (u32 steps = 0; link->get() != index; link = &a.object(link->get()).link) {
        if (link->get() == 0 || ++steps > max_objects) fail_corrupt("a list of timers");
    }
    tx.set(*link, timer.link.get());
    tx.set(timer.suspended, 0);
}

void cancel_all_of(transaction& tx, thread_record& thread) {
    while (const u32 first = thread.timers.get()) {
        object_record& timer = the_arena().object(first);
        make_contended(timer);
        disarm(tx, timer);
        if (timer.queue_head.get() == 0) tx.uncontend(timer);
        if (thread.timers.get() == first) fail_corrupt("a list of timers");
        if (tx.is_long()) tx.checkpoint();
    }
}

void arm(transaction& tx, object_record& timer, i64 ticks, i64 period_ms) {
    tx.happened(trace::what::set, &timer);
    begin_anew(tx, timer);
    reading set{};
    set.value = (state::value(timer.state.get()) & manual_reset) | armed | static_cast<u64>(period_ms) << period_shift;
    if (ticks < 0) {
        const i64 length = ticks == INT64_MIN ? never : to_nanoseconds(-ticks);
        set.due = static_cast<u64>(later(os::monotonic_now(), length));
    } else {
        constexpr i64 unix_epoch = 116'444'736'000'000'000;
        set.value |= absolute;
        set.due = static_cast<u64>(ticks < unix_epoch ? 0 : to_nanoseconds(ticks - unix_epoch));
    }
    store(tx, timer, set);
}

void disarm(transaction& tx, object_record& timer) {
    tx.happened(trace::what::reset, &timer);
    begin_anew(tx, timer);
    reading now = read(timer);
    now.value &= signaled | manual_reset;
    store(tx, timer, now);
}

i64 due_at(const object_record& timer) {
    const u64 seen = timer.state.get();
    if ((seen & armed) == 0) return never;
    const i64 due = due_of(timer);
    if ((seen & absolute) == 0) return due;
    const i64 left = due - os::wall_clock_now();
    return later(os::monotonic_now(), left < 0 ? 0 : left);
}

}  // namespace kobj::posix::timer_object
