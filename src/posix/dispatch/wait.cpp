#include "posix/dispatch/wait.hpp"

#include <algorithm>
#include <climits>
#include <optional>

#include "posix/dispatch/queue.hpp"
#include "posix/object/mutex.hpp"
#include "posix/os/futex.hpp"
#include "posix/process/reap.hpp"

namespace kobj::posix {

namespace {

constexpr i64 never = INT64_MAX;
/// A sleep is interrupted this often for a look without the lock. It covers the deaths that wake nobody: of a thread
/// between its commit and its wake-up, and of the one that was woken, before it acts.
constexpr i64 recheck = 1'000'000'000;
/// A waiter that has slept this long gets a released mutex handed over; before, whoever comes first may have it.
constexpr i64 hand_over_after = 1'000'000;

i64 deadline_of(timeout limit) {
    if (limit.is_infinite()) return never;
    const i64 now = os::monotonic_now();
    return limit.nanoseconds() > never - now ? never - 1 : now + limit.nanoseconds();
}

void settle_ended(const context& me, std::span<const target> targets) {
    for (const target& t : targets) {
        if (t.type() == object_type::process) settle_if_ended(me, *t.object);
    }
}

class waiting {
public:
    waiting(const context& me, std::span<const target> targets, bool all) : me_(me), all_(all) {
        for (const target& t : targets) objects_[count_++] = t.object;
    }

    std::optional<wait_outcome> begin(std::span<const target> targets, i64 deadline) {
        return transact(me_, [&](transaction& tx) -> std::optional<wait_outcome> {
            for (const target& t : targets) {
                if (!t.is_still_there()) fail(errc::invalid_handle, "a handle was closed before the wait on it began");
            }
            for (object_record* o : objects()) make_contended(*o);
            const i64 now = os::monotonic_now();
            enqueue(tx, objects(), all_, now);
            return serve_all(tx, now >= deadline, false);
        });
    }

    wait_outcome sleep(std::span<const target> targets, i64 deadline) {
        for (;;) {
            const i64 now = os::monotonic_now();
            const bool death = doze(std::min(deadline, now > never - recheck ? never : now + recheck));
            const u32 parked = me_.record->park.get();
            if (parked == park_satisfied) return result();
            const i64 woken = os::monotonic_now();
            const bool late = woken >= deadline;
            const bool thorough = woken - now >= recheck;
            if (thorough) settle_ended(me_, targets);
            if (parked == park_asleep && !death && !late && !(thorough && worth_a_look())) continue;
            const auto done = transact(me_, [&](transaction& tx) -> std::optional<wait_outcome> {
                if (me_.record->wait_count.get() == 0) return result();
                me_.record->park.put(park_asleep);
                for (object_record* o : objects()) make_contended(*o);
                return serve_all(tx, late, thorough);
            });
            if (done) return *done;
        }
    }

private:
    std::span<object_record* const> objects() const { return {objects_.data(), count_}; }

    wait_outcome result() const {
        const u32 r = me_.record->wait_result.get();
        return {(r & 0x80U) != 0 ? wait_status::abandoned : wait_status::signaled, r & 0x7FU};
    }

    std::optional<wait_outcome> serve_all(transaction& tx, bool last_look, bool thorough) {
        for (object_record* o : objects()) {
            if (look_at(*o, me_.owner, thorough) != readiness::no) serve(tx, *o, thorough);
            if (me_.record->wait_count.get() == 0) return result();
        }
        if (!last_look) return std::nullopt;
        dequeue(tx, me_.index);
        return wait_outcome{wait_status::timed_out};
    }

    /// Sleeps until the park word changes, a thread dies on which the answer depends, or the time has come.
    /// True for a death.
    bool doze(i64 until) {
        std::array<os::futex_key, max_wait + 1> keys;
        std::size_t used = 0;
        keys[used++] = {&me_.record->park.raw(), park_asleep};
        for (object_record* o : objects()) {
            const u32 thread = watched_thread(*o);
            if (thread == 0 || thread == me_.index) continue;
            os::life& life = the_arena().thread(thread).life;
            const u32 alive = life.announce_sleeper();
            if (os::life::ended(alive)) return alive != 0 || worth_a_look();
            const auto* word = &life.word();
            if (std::none_of(keys.begin(), keys.begin() + static_cast<std::ptrdiff_t>(used),
                             [&](const os::futex_key& k) { return k.word == word; }))
                keys[used++] = {word, alive};
        }
        os::futex_wait({keys.data(), used}, until);
        bool death = false;
        for (std::size_t i = 1; i < used; ++i) {
            if (!os::life::ended(keys[i].word->load(std::memory_order_acquire))) continue;
            // The kernel wakes one sleeper only.
            os::futex_wake(*keys[i].word, INT_MAX);
            death = true;
        }
        return death;
    }

    bool worth_a_look() const {
        if (me_.record->wait_count.get() == 0) return true;
        // A clear contended bit: a head that was woken to set it again has died before it did.
        return std::any_of(objects().begin(), objects().end(), [&](object_record* o) {
            return (o->state.get() & state::contended) == 0 || look_at(*o, me_.owner, true) != readiness::no;
        });
    }

    const context& me_;
    bool all_;
    std::size_t count_ = 0;
    std::array<object_record*, max_wait> objects_{};
};

}  // namespace

wait_outcome wait_for(const context& me, std::span<const target> targets, bool all, timeout limit) {
    const i64 deadline = deadline_of(limit);
    // Before it queues, since it may fail: from here on the reaper of this process sees to it that the end of those
    // processes is noticed.
    if (limit.is_infinite() || limit.nanoseconds() != 0) {
        for (const target& t : targets) {
            if (t.type() == object_type::process) watch_process(me, *t.object);
        }
    }
    settle_ended(me, targets);
    waiting wait(me, targets, all);
    try {
        if (const auto done = wait.begin(targets, deadline)) return *done;
        return wait.sleep(targets, deadline);
    } catch (...) {
        // Not one block may stay in a queue: the next wait uses it again.
        (void)guarded([&] {
            transact(me, [&](transaction& tx) {
                if (me.record->wait_count.get() != 0) dequeue(tx, me.index);
            });
        });
        throw;
    }
}

void release_contended(const context& me, const target& mutex, handle_value value) {
    transact(me, [&](transaction& tx) {
        object_record& object = *mutex.object;
        if (!mutex.is_still_there()) fail_closed(value);
        const u64 now = make_contended(object);
        if (state::value(now) != me.owner) {
            if (object.queue_head.get() == 0) tx.uncontend(object);
            tx.commit();
            fail(errc::not_owner, "the mutex of handle {:#x} is not owned by this thread", value.value());
        }
        const u64 count = object.extra.get();
        if (static_cast<u32>(count) != 0) {
            tx.set(object.extra, count - 1);
            return;
        }
        const u32 head = living_head(tx, object);
        tx.set(object.state, state::with_value(now, 0));
        if (head == 0) {
            tx.uncontend(object);
            return;
        }
        const thread_record& first = the_arena().thread(head);
        const i64 waited = os::monotonic_now() - static_cast<i64>(first.wait_since.get());
        if (first.wait_count.get() == 1 && waited < hand_over_after) {
            tx.wake(head, park_look);
            tx.let_barge(object);
        } else {
            serve(tx, object);
            // Nobody could have it: those that wait for all of several.
            if (state::value(object.state.get()) == 0) tx.let_barge(object);
        }
    });
}

}  // namespace kobj::posix
