#include "posix/dispatch/signal.hpp"

#include "posix/dispatch/queue.hpp"
#include "posix/dispatch/watch.hpp"
#include "posix/object/event.hpp"
#include "posix/os/futex.hpp"

namespace kobj::posix {

namespace {

/// A waiter that has slept this long gets a released mutex handed over; before, whoever comes first may have it.
constexpr i64 hand_over_after = 1'000'000;

/// The state, which stays as it is until the transaction ends. After a failure the contended bit stays: the next one
/// looks under the lock, and clears it.
u64 begin(const target& t, handle_value value) {
    if (!t.is_still_there()) fail_closed(value);
    return make_contended(*t.object);
}

void end(transaction& tx, object_record& object) {
    if (object.queue_head.get() == 0) tx.uncontend(object);
}

}  // namespace

void fail_not_owner(handle_value value) {
    throw misuse(misuse::kind::not_owner, value.value(), errc::not_owner,
                 text("the mutex of handle {:#x} is not owned by this thread", value.value()));
}

void fail_too_many(handle_value value, u64 count, u32 units, u64 maximum) {
    fail(errc::too_many_posts, "the semaphore of handle {:#x} has {} units of {}: no room for {} more", value.value(),
         count, maximum, units);
}

void set_event(transaction& tx, const target& event, handle_value value) {
    object_record& object = *event.object;
    const u64 seen = begin(event, value);
    tx.happened(trace::what::set, &object);
    if ((seen & event_object::signaled) == 0) {
        tx.set(object.state, seen | event_object::signaled);
        serve(tx, object);
    }
    end(tx, object);
}

void reset_event(transaction& tx, const target& event, handle_value value) {
    object_record& object = *event.object;
    const u64 seen = begin(event, value);
    tx.happened(trace::what::reset, &object);
    if ((seen & event_object::signaled) != 0) tx.set(object.state, seen & ~event_object::signaled);
    end(tx, object);
}

void pulse_event(transaction& tx, const target& event, handle_value value) {
    object_record& object = *event.object;
    const u64 seen = begin(event, value);
    tx.happened(trace::what::pulsed, &object);
    if ((seen & event_object::signaled) != 0) tx.set(object.state, seen & ~event_object::signaled);
    serve_pulse(tx, object);
    end(tx, object);
}

u32 release_semaphore(transaction& tx, const target& semaphore, handle_value value, u32 units) {
    object_record& object = *semaphore.object;
    const u64 seen = begin(semaphore, value);
    const u64 count = state::value(seen);
    const u64 maximum = object.extra.get();
    if (units > maximum - count) fail_too_many(value, count, units, maximum);
    tx.happened(trace::what::released, &object, units);
    tx.set(object.state, seen + units);
    serve(tx, object);
    end(tx, object);
    return static_cast<u32>(count);
}

void release_mutex(transaction& tx, const target& mutex, handle_value value) {
    object_record& object = *mutex.object;
    const u64 now = begin(mutex, value);
    if (state::value(now) != tx.me().owner) fail_not_owner(value);
    const u64 count = object.extra.get();
    if (static_cast<u32>(count) != 0) {
        tx.set(object.extra, count - 1);
        return;
    }
    tx.happened(trace::what::released, &object, 1);
    const u32 head = living_head(tx, object);
    tx.set(object.state, state::with_value(now, 0));
    const bool watched = is_watch(object.queue_head.get());
    if (head == 0 && !watched) {
        tx.uncontend(object);
        return;
    }
    if (head == 0) return fire_all(tx, object);
    const thread_record& first = the_arena().thread(head);
    const i64 waited = os::monotonic_now() - static_cast<i64>(first.wait_since.get());
    if (!watched && first.wait_count.get() == 1 && waited < hand_over_after) {
        tx.wake(head, park_look);
        tx.let_barge(object);
    } else {
        serve(tx, object);
        // Nobody could have it: those that wait for all of several.
        if (!watched && state::value(object.state.get()) == 0) tx.let_barge(object);
    }
}

void signal(transaction& tx, const target& t, handle_value value) {
    switch (t.type()) {
        case object_type::event:
            return set_event(tx, t, value);
        case object_type::semaphore:
            release_semaphore(tx, t, value, 1);
            return;
        default:
            return release_mutex(tx, t, value);
    }
}

}  // namespace kobj::posix
