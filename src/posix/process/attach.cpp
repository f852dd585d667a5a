#include "posix/process/attach.hpp"

#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bit>
#include <cstdlib>
#include <mutex>
#include <vector>

#include "posix/arena/handle_history.hpp"
#include "posix/arena/session_lock.hpp"
#include "posix/dispatch/relay.hpp"
#include "posix/handle/descriptors.hpp"
#include "posix/handle/lending.hpp"
#include "posix/handle/private_namespace.hpp"
#include "posix/handle/table.hpp"
#include "posix/handle/verify.hpp"
#include "posix/object/job.hpp"
#include "posix/object/section.hpp"
#include "posix/object/timer.hpp"
#include "posix/object/views.hpp"
#include "posix/os/proc.hpp"
#include "posix/os/record_lock.hpp"
#include "posix/os/shared_file.hpp"
#include "posix/os/stop_signal.hpp"
#include "posix/process/fork.hpp"
#include "posix/process/inherit.hpp"
#include "posix/process/job_end.hpp"
#include "posix/process/keeper.hpp"
#include "posix/process/last_thread.hpp"
#include "posix/process/process_object.hpp"
#include "posix/process/reap.hpp"
#include "posix/process/reaper.hpp"
#include "posix/process/start_note.hpp"
#include "posix/process/suspension.hpp"
#include "posix/process/thread_object.hpp"
#include "posix/process/thread_record.hpp"

namespace kobj::posix {

constinit thread_local thread_local_context tls;

namespace {

constinit std::atomic<u32> no_page{0};

struct session_state {
    std::mutex gate;
    u32 process = 0;
    bool hooks_set = false;
    bool ended = false;
    std::vector<u32> exited_threads;
};

// Never destroyed: other static destructors may still close handles.
session_state& the_session() {
    static session_state& only = *new session_state;
    return only;
}

u32 next_epoch = 1;

void make_epoch_page() {
    void* memory = mmap(nullptr, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) fail(errc::not_enough_memory, "no memory for one page");
    madvise(memory, page, MADV_WIPEONFORK);
    attached_epoch = new (memory) std::atomic<u32>(0);
}

void at_exit(int status, void*) {
    detach(static_cast<u32>(status));
}

void before_fork() noexcept;
void after_fork_in_parent() noexcept;
void after_fork_in_child() noexcept;

void set_hooks() {
    session_state& s = the_session();
    if (s.hooks_set) return;
    make_epoch_page();
    if (on_exit(at_exit, nullptr) != 0 || pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child) != 0)
        fail(errc::not_enough_memory, "no memory for the handlers of exit and fork");
    suspension::begin();
    s.hooks_set = true;
}

struct own_record {
    u32 index = 0;
    bool was_attached = false;  ///< by the program that this one has replaced
    bool is_new = false;
};

own_record find_or_make_own_record(transaction& tx, const os::process_facts& facts) {
    arena& a = the_arena();
    const u32 pid = static_cast<u32>(getpid());
    own_record own;
    const u32 high = a.header().high_process.get();
    for (u32 p = 1; p < high && own.index == 0; ++p) {
        const process_record& record = a.process(p);
        const auto state = process_state{record.state.get()};
        const u64 start = record.start_time.get();
        if (record.id.get() != pid || (start != 0 && start != facts.start_time)) continue;
        const bool by_exec = state == process_state::attached || state == process_state::execed;
        if (state != process_state::building && state != process_state::foreign && !by_exec) continue;
        // Not by exec, which ends all threads: another copy of kobj in this program. Each has its own table.
        if (by_exec && has_living_thread(p)) continue;
        own.index = p;
        own.was_attached = by_exec;
    }
    if (own.index == 0) {
        own.index = make_process_record(tx);
        own.is_new = true;
        a.process(own.index).id.put(pid);
    }
    process_record& record = a.process(own.index);
    tx.set(record.start_time, facts.start_time);
    tx.set(record.state, static_cast<u32>(process_state::foreign));
    return own;
}

/// The nearest living ancestor that has a handle table, or 0.
u32 nearest_ancestor(const context& me, pid_t parent) {
    constexpr int deepest = 256;
    arena& a = the_arena();
    const u32 high = a.header().high_process.get();
    bool any = false;
    for (u32 p = 1; p < high; ++p) any = any || (p != me.process && a.process(p).used.get() != 0);
    for (int depth = 0; any && parent > 1 && depth < deepest; ++depth) {
        for (u32 p = 1; p < high; ++p) {
            const process_record& record = a.process(p);
            const auto state = process_state{record.state.get()};
            if (record.id.get() == static_cast<u32>(parent) && p != me.process &&
                (state == process_state::foreign || state == process_state::attached ||
                 state == process_state::execed) &&
                process_runs(me, p))
                return p;
        }
        parent = os::look_at_process(parent).parent;
    }
    return 0;
}

void bind_primary_thread(const context& me) {
    if (gettid() != getpid()) return;
    transact(me, [&](transaction& tx) {
        word32& waiting = the_arena().process(me.process).primary_thread;
        const u32 object = waiting.get();
        if (object == 0) return;
        tx.set(waiting, 0);
        bind_thread_object(tx, object);
        drop_reference(tx, the_arena().object(object));
    });
}

/// Locks the process's own byte. False when the arena has lost its name before that.
bool prove_life(u32 process) {
    arena& a = the_arena();
    const off_t byte = static_cast<off_t>(a.offset_of(&a.process(process)));
    bool locked = true;
    const bool named = os::while_named(a.file(), [&] { return locked = os::lock_byte(a.file(), byte); });
    if (!locked) fail(errc::no_system_resources, "{}: cannot be locked", arena_path());
    return named;
}

void belong_to(u32 process) {
    tls.me.process = process;
    tls.me.table = the_arena().table(process);
    tls.me.table_mark = 0;
}

void begin_history() noexcept {
    const u32 process = tls.me.process;
    handle_history::begin(process, the_arena().process(process).generation.get());
    verify::begin();
}

void attach_process() {
    session_state& s = the_session();
    arena& a = the_arena();
    set_hooks();
    const os::process_facts facts = os::look_at_process(getpid());
    if (!facts.exists) fail(errc::no_system_resources, "/proc is needed and cannot be read");
    if (!os::proc_is_ours())
        fail(errc::no_system_resources,
             "/proc is that of another PID namespace: one of this namespace has to be mounted");
    own_record own;
    for (;;) {
        if (!a.is_open()) a.open();
        if (tls.me.record == nullptr) tls.me = claim_thread_record();
        const context& me = tls.me;
        make_room_for_process(me);
        own = transact(me, [&](transaction& tx) {
            if (a.header().dead.get() != 0) return own_record{};
            return find_or_make_own_record(tx, facts);
        });
        if (own.index != 0 && prove_life(own.index)) break;
        // Its last process has just left, or somebody found nobody alive in it. The record claimed there lies on in
        // this thread's robust list.
        if (own.index == 0) os::unlink_if_same(a.file(), arena_path());
        a.abandon();
        tls.me = {};
    }
    belong_to(own.index);
    tls.me.record->process.put(own.index);
    const context& me = tls.me;
    process_record& record = a.process(own.index);
    if (own.was_attached) settle_old_image(me, own.index, record.generation.get());
    if (own.is_new && !keeper::is_this_one()) {
        if (const u32 ancestor = nearest_ancestor(me, facts.parent); ancestor != 0) {
            inherit_all(me, ancestor, own.index);
            transact(me, [&](transaction& tx) {
                job_object::join_anyway(tx, own.index, job_object::job_of_child(a.process(ancestor).job.get(), false));
            });
        }
    }
    descriptors::adopt(me);
    transact(me, [&](transaction& tx) {
        tx.set(record.state, static_cast<u32>(process_state::attached));
        tx.happened(trace::what::began, nullptr);
    });
    if (is_to_end(record)) end_this_process(record);
    bind_primary_thread(me);
    s.process = own.index;
    tls.epoch = next_epoch;
    attached_epoch->store(next_epoch++, std::memory_order_release);
    begin_history();
    sweep_threads(me);
    remove_dead_sections(me);
}

void attach_thread() {
    session_state& s = the_session();
    tls.me = claim_thread_record();
    belong_to(s.process);
    tls.me.record->process.put(s.process);
    tls.epoch = attached_epoch->load(std::memory_order_relaxed);
    const context& me = tls.me;
    for (std::size_t i = 0; i < s.exited_threads.size();) {
        const u32 t = s.exited_threads[i];
        const bool gone = transact(me, [&](transaction& tx) {
            const thread_record& record = the_arena().thread(t);
            if (record.process.get() != me.process) return true;
            if (!thread_ended(t, false)) return false;
            settle_thread(tx, t, 0);
            return true;
        });
        if (gone)
            s.exited_threads.erase(s.exited_threads.begin() + static_cast<std::ptrdiff_t>(i));
        else
            ++i;
    }
    // At each doubling: records of processes that are gone.
    constexpr u32 few = 64;
    if (me.index >= few && std::has_single_bit(me.index)) sweep_threads(me);
}

// Told by a thread-local object, since its destructor runs at the end of every thread, also of std::thread.
struct exit_note {
    bool armed = false;
    ~exit_note() {
        if (armed) note_thread_exit();
    }
};
thread_local exit_note note;

}  // namespace

constinit std::atomic<u32>* attached_epoch = &no_page;

const context& enter_slowly() {
    session_state& s = the_session();
    const std::lock_guard lock(s.gate);
    if (s.ended) fail(errc::invalid_handle, "the process is ending, its handles are closed");
    const u32 epoch = attached_epoch->load(std::memory_order_acquire);
    if (epoch == 0) {
        // A child made by a bare clone has its parent's thread in there.
        if (tls.epoch != not_attached) tls = {};
        s.exited_threads.clear();
        attach_process();
    } else if (tls.epoch != epoch) {
        attach_thread();
    }
    note.armed = true;
    last_thread::watch_own_end();
    return tls.me;
}

void note_thread_exit() noexcept {
    const os::stop_guard guard;
    session_state& s = the_session();
    const std::lock_guard lock(s.gate);
    if (tls.epoch == attached_epoch->load() && !s.ended) {
        // A thread that is killed with its process leaves no code and gets the process's. So does the first one, whose
        // end is the process's.
        u64 none = 0;
        if (gettid() != getpid()) tls.me.record->exit_code.swap(none, u64{1} << 32U);
        if (tls.me.record->timers.get() != 0)
            (void)guarded(
                [] { transact(tls.me, [](transaction& tx) { timer_object::cancel_all_of(tx, *tls.me.record); }); });
        try {
            s.exited_threads.push_back(tls.me.index);
        } catch (const std::bad_alloc&) {
            // The record is found by the next sweep.
        }
    }
}

namespace {

bool has_other_thread(const context& me) {
    arena& a = the_arena();
    const u32 count = a.capacity(region::threads);
    for (u32 t = 1; t < count; ++t) {
        if (t != me.index && a.thread(t).process.get() == me.process && thread_claimed(a.thread(t).identity.get()))
            return true;
    }
    return false;
}

// Right whoever reads it when: each word has this one writer.
process_end note_own_end(process_record& record) {
    const os::used_times used = os::own_used_times();
    const process_end end{os::wall_clock_at(0), used.kernel, used.user};
    record.kernel_time.put(end.kernel_time);
    record.user_time.put(end.user_time);
    record.ended.put(end.when);
    return end;
}

}  // namespace

void detach(u32 exit_code) noexcept {
    const os::stop_guard guard;
    session_state& s = the_session();
    arena& a = the_arena();
    const std::lock_guard lock(s.gate);
    if (attached_epoch->load() == 0 || s.ended) return;
    (void)guarded([&] {
        if (tls.epoch != attached_epoch->load()) attach_thread();
        const context& me = tls.me;
        const u32 self = me.process;
        process_record& record = a.process(self);
        verify::tell_leaks(me);
        handle_history::end();
        const process_end end = note_own_end(record);
        u64 none = 0;
        record.exit_code.swap(none, u64{1} << 32U | exit_code);
        me.record->exit_code.put(u64{1} << 32U | static_cast<u32>(record.exit_code.get()));
        // From here on nobody can put a handle into the table.
        transact(me, [&](transaction& tx) {
            tx.set(record.state, static_cast<u32>(process_state::detached));
            tx.happened(trace::what::ended, nullptr, exit_code);
        });
        // A detached process is known by its PID. Whoever gets its record next, perhaps while this one is still on its
        // way out, needs the lock.
        os::unlock_byte(a.file(), static_cast<off_t>(a.offset_of(&record)));
        s.ended = true;
        close_everything(me);
        leave(me, exit_code);
        settle_all(me);
        settle_the_dying(me);
        transact(me, [&](transaction& tx) {
            const u32 thread = record.primary_thread.get();
            if (thread == 0) return;
            tx.set(record.primary_thread, 0);
            end_thread_object(tx, a.object(thread), record.id.get(), exit_code);
        });
        const bool last = transact(me, [&](transaction& tx) {
            const u32 high = a.header().high_process.get();
            bool alone = true;
            for (u32 p = 1; p < high; ++p) {
                const process_record& other = a.process(p);
                // One that has closed everything and is on its way out has left, too: it may have looked while this one
                // was still there.
                const bool gone =
                    other.state.get() == static_cast<u32>(process_state::free) ||
                    (other.state.get() == static_cast<u32>(process_state::detached) && other.used.get() == 0);
                alone = alone && (p == self || gone);
            }
            if (alone) {
                tx.set(a.header().dead, 1);
                return true;
            }
            // Who holds a handle to this process sees its end when it has come, and other threads run still: then
            // others settle the rest once it is gone. The same goes for a job, of which it is a member to the last.
            const u32 object = record.object.get();
            if ((object != 0 && a.object(object).handles.get() != 0) || has_other_thread(me) || record.job.get() != 0)
                return false;
            tx.set(me.record->process, 0);
            tx.set(record.object, 0);
            tx.set(record.generation, record.generation.get() + 1);
            tx.set(record.state, static_cast<u32>(process_state::free));
            if (object != 0) end_process_object(tx, a.object(object), record.id.get(), exit_code, end);
            return false;
        });
        if (last) os::unlink_if_same(a.file(), arena_path());
    });
    s.ended = true;
    attached_epoch->store(0, std::memory_order_release);
}

// ---- fork ----

namespace {

u32 forked_record = 0;

void before_fork() noexcept {
    os::stop_guard::enter();
    session_state& s = the_session();
    s.gate.lock();
    // Before the reaper's gate, which it may need.
    if (attached_epoch->load() != 0 && !s.ended && tls.epoch == attached_epoch->load())
        (void)guarded([] {
            forks::settle_failed(tls.me);
            make_room_for_process(tls.me);
        });
    relay::before_fork();
    reaper::before_fork();
    views::before_fork();
    lock_aliases();
    lending::before_fork();
    descriptors::gate().lock();
    forked_record = 0;
    if (attached_epoch->load() != 0 && !s.ended)
        (void)guarded([&] {
            if (tls.epoch != attached_epoch->load()) attach_thread();
            if (!keeper::is_being_forked()) forked_record = forks::prepare(tls.me);
        });
    forks::lock();
}

void after_fork_in_parent() noexcept {
    forks::parent_goes_on(forked_record);
    descriptors::gate().unlock();
    lending::after_fork_in_parent();
    unlock_aliases();
    views::after_fork();
    reaper::after_fork_in_parent();
    relay::after_fork_in_parent();
    the_session().gate.unlock();
    os::stop_guard::leave();
}

void after_fork_in_child() noexcept {
    session_state& s = the_session();
    descriptors::gate().unlock();
    lending::after_fork_in_child();
    unlock_aliases();
    views::after_fork();
    reaper::after_fork_in_child();
    relay::after_fork_in_child();
    last_thread::after_fork_in_child();
    handle_history::stop();
    const bool was_attached = tls.epoch != not_attached && !s.ended;
    tls = {};
    s.exited_threads.clear();
    s.process = 0;
    attached_epoch->store(0, std::memory_order_release);
    if (was_attached && forked_record != 0) {
        (void)guarded([&] {
            const u32 record = forked_record;
            tls.me = claim_thread_record();
            belong_to(record);
            if (!forks::claim(tls.me, record)) return;
            tls.me.record->process.put(record);
            if (is_to_end(the_arena().process(record))) end_this_process(the_arena().process(record));
            s.process = record;
            tls.epoch = next_epoch;
            attached_epoch->store(next_epoch++, std::memory_order_release);
            note.armed = true;
            begin_history();
        });
    }
    forks::child_goes_on();
    s.gate.unlock();
    os::stop_guard::leave();
}

// Before main, and before static constructors of ordinary priority: what was inherited is there for them.
// The C library gives such functions the arguments of main.
__attribute__((constructor(101))) void attach_early(int argc, char** argv, char**) {
    (void)guarded([&] {
        take_start_variable(argc, argv);
        (void)enter();
    });
}

}  // namespace

}  // namespace kobj::posix
