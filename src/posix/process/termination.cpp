#include "posix/process/termination.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <climits>

#include "posix/arena/session_lock.hpp"
#include "posix/os/futex.hpp"
#include "posix/os/proc.hpp"
#include "posix/os/stop_signal.hpp"
#include "posix/process/job_end.hpp"
#include "posix/process/last_thread.hpp"
#include "posix/process/thread_object.hpp"
#include "posix/process/thread_record.hpp"

namespace kobj::posix::termination {

namespace {

constexpr i64 millisecond = 1'000'000;

struct doomed {
    u32 record = 0;  ///< 0: the first thread of a program that has not used kobj yet
    u64 identity = 0;
    pid_t process = 0;

    [[nodiscard]] pid_t id() const { return static_cast<pid_t>(thread_id(identity)); }
    [[nodiscard]] bool is_gone(bool thorough) const {
        return the_arena().thread(record).identity.get() != identity || thread_ended(record, thorough);
    }
};

// A process with no other thread ends with this one.
bool condemn_process(transaction& tx, const object_record& thread, u32 code) {
    const u32 index = thread.witness.get();
    process_record& process = the_arena().process(index);
    const auto id = static_cast<pid_t>(process.id.get());
    if (process.primary_thread.get() == 0 || &the_arena().object(process.primary_thread.get()) != &thread || id == 0 ||
        os::look_at_process(id).threads != 1)
        return false;
    if (process.exit_code.get() == 0) tx.set(process.exit_code, code_of_condemned(code));
    return true;
}

doomed tell(const context& me, const target& thread, u32 code) {
    return transact(me, [&](transaction& tx) -> doomed {
        if (!thread.is_still_there()) fail(errc::invalid_handle, "the handle was closed meanwhile");
        const object_record& object = *thread.object;
        const u32 index = thread_record_of(object);
        if ((object.state.get() & state::ended) != 0 || (index != 0 && thread_ended(index, false)))
            fail(errc::access_denied, "the thread has ended");
        const u32 process = object.witness.get();
        if (index == 0) {
            if (!condemn_process(tx, object, code))
                fail(errc::not_supported, "the thread belongs to a program that does not run kobj");
            return {};
        }
        thread_record& record = the_arena().thread(index);
        tx.set(record.exit_code, code_of_condemned(code));
        return {index, record.identity.get(), static_cast<pid_t>(the_arena().process(process).id.get())};
    });
}

/// It goes on, as if nothing had been.
void pardon(thread_record& record, u32 code) {
    u64 told = code_of_condemned(code);
    record.exit_code.swap(told, 0);
}

}  // namespace

bool is_told(const context& me) noexcept {
    return os::stopping.told_to_end.load(std::memory_order_relaxed) && is_condemned(me.record->exit_code.get());
}

void end_if_told(const context& me) noexcept {
    if (!os::stopping.told_to_end.load(std::memory_order_relaxed)) [[likely]]
        return;
    if (!is_told(me)) {
        // Whoever told it has changed his mind.
        os::stopping.told_to_end.store(false, std::memory_order_relaxed);
        return;
    }
    if (last_thread::terminated_is_last()) {
        process_record& own = the_arena().process(me.process);
        u64 none = 0;
        own.exit_code.swap(none, u64{1} << 32U | static_cast<u32>(me.record->exit_code.get()));
        end_this_process(own);
    }
    for (;;) syscall(SYS_exit, 0);
}

void terminate(const context& me, const target& thread, u32 code) {
    constexpr i64 longest = 64 * millisecond;
    const doomed it = tell(me, thread, code);
    if (it.record == 0) return end_condemned_processes(me);
    thread_record& record = the_arena().thread(it.record);
    const bool will_hear = it.process != getpid() && !os::has_stop_signal_pending(it.process, it.id());
    unsigned refusals = 0;
    for (i64 pause = millisecond; !it.is_gone(pause == longest); pause = std::min(2 * pause, longest)) {
        // Again and again: it may be about to sleep. One that is suspended lets no signal through, and sleeps on its
        // count.
        if (!os::send_stop_signal(it.process, it.id(), os::wish::end)) {
            pardon(record, code);
            fail(errc::access_denied, "the thread's process takes no signals of this user");
        }
        os::futex_wake(thread.object->suspended.raw(), INT_MAX);
        const bool stopped = pause == longest && os::look_at_thread(it.process, it.id()).stopped;
        // A stopped one has the signal before it runs a single instruction. It may have stopped in the handler, where
        // it keeps the signal away.
        if (stopped && will_hear) return;
        const bool refuses =
            pause == longest && !stopped && record.halted.get() == 0 && os::refuses_stop_signal(it.process, it.id());
        refusals = refuses ? refusals + 1 : 0;
        if (refusals == os::enough_refusals && !it.is_gone(true)) {
            pardon(record, code);
            fail(errc::not_supported, "the thread does not let the signal {} through", os::stop_signal);
        }
        // Two that terminate each other wait for neither.
        end_if_told(me);
        const u32 alive = record.life.announce_sleeper();
        if (os::life::ended(alive)) continue;
        const os::futex_key key{&record.life.word(), alive};
        os::futex_wait({&key, 1}, os::monotonic_now() + pause);
    }
    // The kernel has woken one of those who sleep on its life.
    os::futex_wake(record.life.word(), INT_MAX);
    transact(me, [&](transaction& tx) {
        if (record.identity.get() == it.identity) settle_thread(tx, it.record, code);
    });
}

}  // namespace kobj::posix::termination
