#include "posix/dispatch/wait.hpp"

#include <algorithm>
#include <climits>
#include <optional>

#include "posix/dispatch/deadlock.hpp"
#include "posix/dispatch/queue.hpp"
#include "posix/dispatch/signal.hpp"
#include "posix/object/timer.hpp"
#include "posix/os/futex.hpp"
#include "posix/os/relax.hpp"
#include "posix/process/reap.hpp"
#include "posix/process/termination.hpp"

namespace kobj::posix {

namespace {

constexpr i64 never = wait_forever;
/// A sleep is interrupted this often for a look without the lock. It covers the deaths that wake nobody: of a thread
/// between its commit and its wake-up, and of the one that was woken, before it acts.
constexpr i64 recheck = 1'000'000'000;

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

/// How long a thread looks at its park word before it goes to sleep: about as long as it takes to sleep and be woken.
constexpr i64 longest_spin = 50'000;

/// Whether it is worth to spin: yes while the thread's waits are short; where it was in vain, not again for a while,
/// and then for a longer while.
class spin_policy {
public:
    [[nodiscard]] bool may_spin() noexcept {
        if (pause_ == 0) return short_before_;
        --pause_;
        return false;
    }
    void spun(bool answered) noexcept {
        next_pause_ = answered ? 1 : std::min(next_pause_ * 2, 1024U);
        if (!answered) pause_ = next_pause_;
    }
    void waited(i64 nanoseconds) noexcept { short_before_ = nanoseconds < longest_spin; }

private:
    bool short_before_ = false;
    u32 pause_ = 0;
    u32 next_pause_ = 1;
};

constinit thread_local spin_policy eagerness;

struct signal_step {
    const target& object;
    handle_value value;
};

class waiting {
public:
    waiting(const context& me, std::span<const target> targets, bool all, const wait_manner& manner)
        : me_(me), all_(all), lives_(manner.lives), alert_(manner.alert) {
        for (const target& t : targets) objects_[count_++] = t.object;
    }

    waiting(const waiting&) = delete;
    waiting& operator=(const waiting&) = delete;
    ~waiting() {
        if (alert_ != nullptr) alert_->waiter.store(0, std::memory_order_relaxed);
    }

    std::optional<wait_end> begin(std::span<const target> targets, i64 deadline, const signal_step* step) {
        // Behind this store whoever alerts sees that there is a wait to end, or this thread that there is an alert.
        if (alert_ != nullptr) alert_->waiter.store(me_.index, std::memory_order_seq_cst);
        const bool alerted = is_alerted();
        return transact(me_, [&](transaction& tx) -> std::optional<wait_end> {
            for (const target& t : targets) {
                if (!t.is_still_there()) fail(errc::invalid_handle, "a handle was closed before the wait on it began");
            }
            prepare(tx);
            const i64 now = os::monotonic_now();
            if (deadline == never && alert_ == nullptr && refuses_deadlocks())
                refuse_deadlock(tx, objects(), all_, step == nullptr ? nullptr : given_up(*step));
            enqueue(tx, objects(), {.all = all_, .now = now, .until = deadline, .alertable = alert_ != nullptr});
            if (step != nullptr) signal(tx, step->object, step->value);
            const auto done = serve_all(tx, {.late = now >= deadline, .alerted = alerted || is_asked()});
            if (!done) note_sleep(tx);
            return done;
        });
    }

    wait_end sleep(std::span<const target> targets, i64 deadline) {
        spin(deadline);
        for (;;) {
            const i64 now = os::monotonic_now();
            const i64 due = std::min(earliest_timer(), alert_ == nullptr ? never : alert_->due());
            const bool death = doze(std::min({deadline, due, now > never - recheck ? never : now + recheck}));
            // One that was given what it waits for keeps it to its end, as any that is killed.
            termination::end_if_told(me_);
            const u32 parked = me_.record->park.get();
            if (parked == park_satisfied) return result();
            const i64 woken = os::monotonic_now();
            const bool late = woken >= deadline || (death && !lives_.empty());
            const bool alerted = is_alerted();
            const bool thorough = woken - now >= recheck;
            if (thorough) settle_ended(me_, targets);
            if (parked == park_asleep && !death && !late && !alerted && woken < due && !(thorough && worth_a_look()))
                continue;
            const auto done = transact(me_, [&](transaction& tx) -> std::optional<wait_end> {
                if (me_.record->wait_count.get() == 0) return result();
                me_.record->park.put(park_awake);
                prepare(tx);
                return serve_all(tx, {.late = late, .alerted = alerted, .thorough = thorough});
            });
            if (done) return *done;
        }
    }

private:
    /// The mutex that a signal makes free.
    const object_record* given_up(const signal_step& step) const {
        const target& t = step.object;
        const bool is_last = t.type() == object_type::mutex && state::value(t.object->state.get()) == me_.owner &&
                             static_cast<u32>(t.object->extra.get()) == 0;
        return is_last ? t.object : nullptr;
    }

    /// Two threads that answer each other quickly need not go to sleep each time: looks for a moment whether somebody
    /// has answered already.
    void spin(i64 deadline) const {
        if (!eagerness.may_spin()) return;
        const i64 end = std::min(deadline, os::monotonic_now() + longest_spin);
        do {
            for (int i = 0; i < 16; ++i) {
                if (me_.record->park.get() != park_awake) return eagerness.spun(true);
                os::relax();
            }
        } while (os::monotonic_now() < end);
        eagerness.spun(false);
    }

    /// For those who look from outside: how often it was necessary to sleep. Nobody needs it to be right.
    void note_sleep(transaction& tx) {
        asleep_ = true;
        for (u32 i = 0; tx.traces() && i < count_; ++i) tx.happened(trace::what::waits, objects_[i], i | terms());
        me_.record->sleeps.put(me_.record->sleeps.get() + 1);
        for (object_record* o : objects()) {
            const u32 type = state::type(o->state.get());
            if (type != type_number(object_type::process) && type != type_number(object_type::thread))
                o->account.put(o->account.get() + 1);
        }
    }

    std::span<object_record* const> objects() const { return {objects_.data(), count_}; }

    void prepare(transaction& tx) {
        for (object_record* o : objects()) {
            if (state::type(make_contended(*o)) == type_number(object_type::timer)) timer_object::advance(tx, *o);
        }
    }

    i64 earliest_timer() const {
        i64 first = never;
        for (const object_record* o : objects()) {
            if (state::type(o->state.get()) == type_number(object_type::timer))
                first = std::min(first, timer_object::due_at(*o));
        }
        return first;
    }

    /// Of calls that others have queued only; those are what a transaction may ask for.
    [[nodiscard]] bool is_asked() const {
        return alert_ != nullptr && alert_->word.load(std::memory_order_seq_cst) != 0;
    }
    [[nodiscard]] bool is_alerted() const { return alert_ != nullptr && alert_->pending(); }

    wait_end result() const {
        const u32 r = me_.record->wait_result.get();
        if (r == wait_alerted) return {{}, true};
        if ((r & 0x7FU) >= count_) fail_corrupt("the result of a wait");
        return {{(r & 0x80U) != 0 ? wait_status::abandoned : wait_status::signaled, r & 0x7FU}};
    }

    struct look {
        bool late = false;     ///< the last one: the time is over
        bool alerted = false;  ///< the last one, too
        bool thorough = false;
    };
    // What is signaled comes before an alert, and that before the time limit.
    std::optional<wait_end> serve_all(transaction& tx, const look& how) {
        for (object_record* o : objects()) {
            if (look_at(*o, me_.owner, how.thorough) != readiness::no) serve(tx, *o, how.thorough);
            if (me_.record->wait_count.get() == 0) return result();
        }
        if (!how.late && !how.alerted) {
            watch_lives();
            return std::nullopt;
        }
        if (asleep_) tx.happened(how.alerted ? trace::what::alerted : trace::what::timed_out, objects_[0], terms());
        dequeue(tx, me_.index);
        return wait_end{{}, how.alerted};
    }

    [[nodiscard]] u32 terms() const { return static_cast<u32>(count_) << 8U | (all_ ? 1U << 16U : 0U); }

    /// Notes whose deaths would change the answer. Under the lock: without it the owner of a mutex may be one of a
    /// change that is undone when its thread dies before the commit. When it changes later, the park word tells.
    void watch_lives() {
        watched_count_ = 0;
        for (const object_record* o : objects()) {
            const u64 life = watched_thread(*o);
            if (life == 0 || life == me_.owner) continue;
            // It has ended already, while others of a wait for all are missing.
            if (look_at(*o, me_.owner) != readiness::no) continue;
            watched_[watched_count_++] = life;
        }
    }

    /// Sleeps until the park word changes, a thread dies on which the answer depends, there is an alert, or the time
    /// has come. True for a death.
    bool doze(i64 until) {
        u32 awake = park_awake;
        if (!me_.record->park.swap(awake, park_asleep) && awake != park_asleep) return false;
        std::array<os::futex_key, os::most_futex_keys> keys;
        std::size_t used = 0;
        keys[used++] = {&me_.record->park.raw(), park_asleep};
        if (alert_ != nullptr) keys[used++] = {&alert_->word, 0};
        const std::size_t first_life = used;
        bool ended = false;
        const auto watch = [&](u64 thread) {
            if (thread == me_.owner || used == keys.size()) return;
            thread_record& record = the_arena().thread(owner_index(thread));
            os::life& life = record.life;
            const u32 alive = life.announce_sleeper();
            const u64 identity = record.identity.get();
            // Settled, and its record perhaps another thread's by now.
            if (!thread_claimed(identity) || thread_generation(identity) != owner_generation(thread)) {
                ended = true;
                return;
            }
            if (os::life::ended(alive)) {
                ended = ended || alive != 0 || worth_a_look();
                return;
            }
            const auto* word = &life.word();
            if (std::none_of(keys.begin(), keys.begin() + static_cast<std::ptrdiff_t>(used),
                             [&](const os::futex_key& k) { return k.word == word; }))
                keys[used++] = {word, alive};
        };
        for (std::size_t i = 0; i < watched_count_; ++i) watch(watched_[i]);
        for (const u64 thread : lives_) watch(thread);
        if (ended) return true;
        os::futex_wait({keys.data(), used}, until);
        bool death = false;
        for (std::size_t i = first_life; i < used; ++i) {
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
    bool asleep_ = false;  ///< it was necessary to sleep
    std::span<const u64> lives_;
    detail::alert* alert_;
    std::size_t watched_count_ = 0;
    std::array<u64, max_wait> watched_;
    std::size_t count_ = 0;
    std::array<object_record*, max_wait> objects_{};
};

}  // namespace

namespace {

wait_end run(const context& me, std::span<const target> targets, bool all, timeout limit, const signal_step* step,
             const wait_manner& manner) {
    const i64 deadline = deadline_of(limit);
    // Before it queues, since it may fail: from here on the reaper of this process sees to it that the end of those
    // processes is noticed.
    if (limit.is_infinite() || limit.nanoseconds() != 0) {
        for (const target& t : targets) {
            if (t.type() == object_type::process) watch_process(me, *t.object);
        }
    }
    settle_ended(me, targets);
    waiting wait(me, targets, all, manner);
    try {
        if (const auto done = wait.begin(targets, deadline, step)) return *done;
        const i64 begin = os::monotonic_now();
        const wait_end outcome = wait.sleep(targets, deadline);
        const i64 waited = os::monotonic_now() - begin;
        eagerness.waited(waited);
        // Of use to this thread alone and to those who look.
        me.record->slept.put(me.record->slept.get() + static_cast<u64>(waited));
        return outcome;
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

}  // namespace

wait_end wait_for(const context& me, std::span<const target> targets, bool all, timeout limit,
                  const wait_manner& manner) {
    return run(me, targets, all, limit, nullptr, manner);
}

wait_end signal_and_wait_for(const context& me, const target& to_signal, handle_value signaled, const target& to_wait,
                             timeout limit, const wait_manner& manner) {
    const signal_step step{to_signal, signaled};
    return run(me, {&to_wait, 1}, false, limit, &step, manner);
}

bool sleep_for(timeout limit, detail::alert& alert) {
    for (const i64 deadline = deadline_of(limit);;) {
        if (alert.pending()) return true;
        if (os::monotonic_now() >= deadline) return false;
        const os::futex_key key{&alert.word, 0};
        os::futex_wait({&key, 1}, std::min(deadline, alert.due()));
    }
}

}  // namespace kobj::posix
