#include "posix/process/suspension.hpp"

#include <algorithm>
#include <climits>
#include <csignal>

#include "posix/arena/session_lock.hpp"
#include "posix/os/futex.hpp"
#include "posix/os/proc.hpp"
#include "posix/os/stop_signal.hpp"
#include "posix/process/attach.hpp"
#include "posix/process/termination.hpp"
#include "posix/process/thread_object.hpp"

namespace kobj::posix::suspension {

namespace {

constexpr i64 millisecond = 1'000'000;
/// Whoever resumes may be killed between his commit and his wake-up.
constexpr i64 recheck = 1'000 * millisecond;

/// Null: nobody has asked for its object, or a handle to it.
object_record* object_of(const context& me) noexcept {
    const u32 index = me.record->object.get();
    return index == 0 || index >= the_arena().capacity(region::objects) ? nullptr : &the_arena().object(index);
}

// Before it looks at the count for the last time a thread says that it runs; whoever suspends raises the count before
// he looks whether it runs. So one of the two sees what the other did.
void say(thread_record& record, u32 halted) noexcept {
    record.halted.raw().store(halted, std::memory_order_seq_cst);
    if (halted != 0) os::futex_wake(record.halted.raw(), INT_MAX);
}

u32 count_of(object_record& object) noexcept {
    return suspend_count::of(object.suspended.raw().load(std::memory_order_seq_cst));
}

bool is_suspended(const context& me) noexcept {
    object_record* object = object_of(me);
    return object != nullptr && count_of(*object) != 0;
}

void stop() noexcept {
    if (const context* me = attached()) stay(*me);
}

bool put_off() noexcept {
    const context* me = attached();
    if (me == nullptr) return false;
    const bool suspended = is_suspended(*me);
    if (suspended) say(*me->record, 1);
    return suspended || termination::is_told(*me);
}

enum class end { halted, gone, refused, forbidden };

/// Until the thread has stopped, or need not any more.
end await(u32 thread, u64 identity, object_record& object) {
    constexpr i64 longest = 64 * millisecond;
    arena& a = the_arena();
    thread_record& record = a.thread(thread);
    object.suspended.raw().fetch_add(0, std::memory_order_seq_cst);
    unsigned refusals = 0;
    for (i64 pause = millisecond;; pause = std::min(2 * pause, longest)) {
        const u32 process = record.process.get();
        if (record.halted.raw().load(std::memory_order_seq_cst) != 0 || suspend_count::of(object.suspended.get()) == 0)
            return end::halted;
        if (record.identity.get() != identity || thread_ended(thread, pause == longest) || process == 0 ||
            a.process(process).state.get() != static_cast<u32>(process_state::attached))
            return end::gone;
        const auto pid = static_cast<pid_t>(a.process(process).id.get());
        const auto tid = static_cast<pid_t>(thread_id(identity));
        // Again and again: it may not have been attached yet, or its handler not there.
        if (!os::send_stop_signal(pid, tid)) return end::forbidden;
        if (pause == longest) {
            // A stopped one has the signal before it runs a single instruction.
            if (os::look_at_thread(pid, tid).stopped) return end::halted;
            refusals = os::refuses_stop_signal(pid, tid) ? refusals + 1 : 0;
            if (refusals == os::enough_refusals) return end::refused;
        }
        const os::futex_key key{&record.halted.raw(), 0};
        os::futex_wait({&key, 1}, os::monotonic_now() + pause);
    }
}

void check(const target& thread) {
    if (!thread.is_still_there()) fail(errc::invalid_handle, "the handle was closed meanwhile");
}

struct lowered {
    u32 before = 0;
    bool process = false;  ///< and it is a whole process that was started stopped
};

lowered lower(const context& me, const target& thread) {
    return transact(me, [&](transaction& tx) -> lowered {
        check(thread);
        object_record& object = *thread.object;
        const u32 seen = object.suspended.get();
        const bool process = static_cast<u32>(object.body.get()) == 0 && (object.state.get() & state::ended) == 0;
        if (seen == suspend_count::being_resumed) return {0, process};
        if (seen != 0) tx.set(object.suspended, seen == 1 && process ? suspend_count::being_resumed : seen - 1);
        return {seen, process};
    });
}

}  // namespace

void stay(const context& me) noexcept {
    termination::end_if_told(me);
    object_record* const object = object_of(me);
    if (object == nullptr) return;
    do {
        say(*me.record, 1);
        for (u32 seen = 0; suspend_count::of(seen = object->suspended.get()) != 0;) {
            const os::futex_key key{&object->suspended.raw(), seen};
            os::futex_wait({&key, 1}, os::monotonic_now() + recheck);
            // One that wants to end it wakes it by the count, for it lets no signal through.
            os::take_stop_signals();
            termination::end_if_told(me);
        }
        say(*me.record, 0);
    } while (count_of(*object) != 0);
}

u32 suspend(const context& me, const target& thread) {
    struct raised {
        u32 before = 0;
        u32 record = 0;
        u64 identity = 0;
    };
    object_record& object = *thread.object;
    const raised now = transact(me, [&](transaction& tx) -> raised {
        check(thread);
        const u32 record = thread_record_of(object);
        if ((object.state.get() & state::ended) != 0 || (record != 0 && thread_ended(record, false)))
            fail(errc::access_denied, "the thread has ended");
        const u32 before = suspend_count::of(object.suspended.get());
        if (record == 0 && before == 0)
            fail(errc::not_supported, "the thread belongs to a program that does not run kobj");
        if (before >= suspend_count::most) fail(errc::signal_refused, "the thread is suspended {} times", before);
        tx.set(object.suspended, before + 1);
        return {before, record, record == 0 ? 0 : the_arena().thread(record).identity.get()};
    });
    if (now.record == me.index) {
        os::stop_later();
    } else if (now.record != 0) {
        const end how = await(now.record, now.identity, object);
        if (how == end::refused || how == end::forbidden) (void)resume(me, thread);
        if (how == end::refused)
            fail(errc::not_supported, "the thread does not let the signal {} through", os::stop_signal);
        if (how == end::forbidden) fail(errc::access_denied, "the thread's process takes no signals of this user");
    }
    return now.before;
}

u32 resume(const context& me, const target& thread) {
    object_record& object = *thread.object;
    const lowered now = lower(me, thread);
    u32 seen = object.suspended.get();
    if (now.process && seen == suspend_count::being_resumed) {
        // Its first instruction is still to come. Should this process be killed before the signal, the next resume
        // does the rest.
        const auto pid = static_cast<pid_t>(object.extra.get() >> 32U);
        const u32 process = object.witness.get();
        if (pid > 0 && the_arena().process(process).id.get() == static_cast<u32>(pid)) kill(pid, SIGCONT);
        object.suspended.swap(seen, 0);
    }
    if (now.before == 1) os::futex_wake(object.suspended.raw(), INT_MAX);
    return now.before;
}

void begin() noexcept {
    os::on_stop_signal(stop, put_off);
}

}  // namespace kobj::posix::suspension
