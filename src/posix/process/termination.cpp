#include "posix/process/termination.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <climits>

#include "posix/arena/session_lock.hpp"
#include "posix/os/futex.hpp"
#include "posix/os/stop_signal.hpp"
#include "posix/process/last_thread.hpp"
#include "posix/process/thread_object.hpp"
#include "posix/process/thread_record.hpp"

namespace kobj::posix::termination {

namespace {

// No word of the arena alone, which may be damaged, ends a thread.
constinit std::atomic<unsigned> under_way{0};

constexpr i64 millisecond = 1'000'000;

struct doomed {
    u32 record;
    u64 identity;

    [[nodiscard]] bool is_gone(bool thorough) const {
        return the_arena().thread(record).identity.get() != identity || thread_ended(record, thorough);
    }
};

doomed tell(const context& me, const target& thread, u32 code) {
    return transact(me, [&](transaction& tx) -> doomed {
        if (!thread.is_still_there()) fail(errc::invalid_handle, "the handle was closed meanwhile");
        const u32 index = thread_record_of(*thread.object);
        if ((thread.object->state.get() & state::ended) != 0 || (index != 0 && thread_ended(index, false)))
            fail(errc::access_denied, "the thread has ended");
        if (index == 0 || the_arena().thread(index).process.get() != me.process)
            fail(errc::not_supported, "the thread belongs to another process");
        thread_record& record = the_arena().thread(index);
        tx.set(record.exit_code, code_of_condemned(code));
        return {index, record.identity.get()};
    });
}

}  // namespace

bool is_told(const context& me) noexcept {
    return under_way.load(std::memory_order_relaxed) != 0 && is_condemned(me.record->exit_code.get());
}

void end_if_told(const context& me) noexcept {
    if (!is_told(me)) [[likely]]
        return;
    // The process goes on without its first thread.
    if (gettid() == getpid()) last_thread::first_thread_leaves();
    for (;;) syscall(SYS_exit, 0);
}

void terminate(const context& me, const target& thread, u32 code) {
    constexpr i64 longest = 64 * millisecond;
    struct mark {
        mark() { under_way.fetch_add(1); }
        mark(const mark&) = delete;
        mark& operator=(const mark&) = delete;
        ~mark() { under_way.fetch_sub(1); }
    } const marked;
    const doomed it = tell(me, thread, code);
    thread_record& record = the_arena().thread(it.record);
    const auto id = static_cast<pid_t>(thread_id(it.identity));
    unsigned refusals = 0;
    for (i64 pause = millisecond; !it.is_gone(pause == longest); pause = std::min(2 * pause, longest)) {
        // Again and again: it may be about to sleep. One that is suspended lets no signal through, and sleeps on its
        // count.
        os::send_stop_signal(getpid(), id);
        os::futex_wake(thread.object->suspended.raw(), INT_MAX);
        const bool refuses = pause == longest && record.halted.get() == 0 && os::refuses_stop_signal(getpid(), id);
        refusals = refuses ? refusals + 1 : 0;
        if (refusals == os::enough_refusals && !it.is_gone(true)) {
            u64 told = code_of_condemned(code);
            record.exit_code.swap(told, 0);
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
