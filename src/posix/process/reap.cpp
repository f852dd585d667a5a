#include "posix/process/reap.hpp"

#include <fcntl.h>

#include <algorithm>

#include "posix/arena/handle_history.hpp"
#include "posix/arena/session_lock.hpp"
#include "posix/dispatch/watch.hpp"
#include "posix/handle/table.hpp"
#include "posix/object/job.hpp"
#include "posix/object/making.hpp"
#include "posix/object/section.hpp"
#include "posix/object/timer.hpp"
#include "posix/os/exit_status.hpp"
#include "posix/os/proc.hpp"
#include "posix/os/record_lock.hpp"
#include "posix/process/fork.hpp"
#include "posix/process/job_end.hpp"
#include "posix/process/keeper.hpp"
#include "posix/process/process_object.hpp"
#include "posix/process/reaper.hpp"
#include "posix/process/thread_object.hpp"
#include "posix/process/thread_record.hpp"

namespace kobj::posix {

namespace {

bool is_there(const process_record& process) {
    const os::process_facts facts = os::look_at_process(static_cast<pid_t>(process.id.get()));
    const u64 start = process.start_time.get();
    return facts.exists && !facts.ending && (start == 0 || start == facts.start_time);
}

bool builder_runs(const context& me, const process_record& process) {
    const u32 builder = process.builder.get();
    if (builder == me.process) return true;
    if (builder == 0) return false;
    const auto state = process_state{the_arena().process(builder).state.get()};
    // Who is being built builds nobody.
    return state != process_state::building && state != process_state::forking && process_runs(me, builder);
}

void settle_threads(const context& me, u32 process, u32 generation, u32 code) {
    arena& a = the_arena();
    const u32 count = a.capacity(region::threads);
    for (u32 t = 1; t < count; ++t) {
        if (a.thread(t).process.get() != process || t == me.index) continue;
        transact(me, [&](transaction& tx) {
            // Somebody else may have settled the process, and another one have its record by now.
            if (a.process(process).generation.get() != generation) return;
            const thread_record& record = a.thread(t);
            if (record.process.get() == process && thread_claimed(record.identity.get())) settle_thread(tx, t, code);
        });
    }
}

// Closes those entries of a table that `which` picks, a number of them at a time.
template <class Pick, class Still>
void close_entries(const context& me, u32 process, u32 generation, Pick which, Still still) {
    constexpr u32 at_a_time = 128;
    arena& a = the_arena();
    u32 next = 1;
    while (next != 0) {
        next = transact(me, [&](transaction& tx) -> u32 {
            const process_record& record = a.process(process);
            if (record.generation.get() != generation || !still()) return 0;
            const u32 high = record.high.get();
            u32 done = 0;
            u32 i = next;
            for (; i < high && done < at_a_time; ++i) {
                const u64 e = a.table_entry(process, i).get();
                if (entry::kind_of(e) == entry::kind::free || !which(e)) continue;
                remove_entry(tx, process, i);
                ++done;
                if (tx.is_long()) tx.checkpoint();
            }
            return i < high ? i : 0;
        });
    }
}

// Children that the dead one was about to start or to fork.
void settle_unborn(const context& me, u32 builder, u32 builder_generation) {
    arena& a = the_arena();
    // Who is being built builds nobody.
    const auto own_state = process_state{a.process(builder).state.get()};
    if (own_state == process_state::building || own_state == process_state::forking) return;
    const u32 high = a.header().high_process.get();
    for (u32 p = 1; p < high; ++p) {
        process_record& record = a.process(p);
        const u32 generation = record.generation.get();
        const auto state = process_state{record.state.get()};
        if ((state != process_state::building && state != process_state::forking) || record.builder.get() != builder ||
            p == builder)
            continue;
        const os::process_facts facts = os::look_at_process(static_cast<pid_t>(record.id.get()));
        const bool runs = state == process_state::building && record.id.get() != 0 && facts.exists && !facts.ending;
        const bool ours = transact(me, [&](transaction& tx) {
            if (a.process(builder).generation.get() != builder_generation || record.generation.get() != generation ||
                record.builder.get() != builder || process_state{record.state.get()} != state)
                return false;
            if (runs) {
                // Its parent could not say it any more.
                tx.set(record.start_time, facts.start_time);
                tx.set(record.state, static_cast<u32>(process_state::foreign));
            }
            return true;
        });
        if (ours && !runs) settle_process(me, p, generation, std::nullopt);
    }
}

// What it had begun to make.
void release_making(transaction& tx, const process_record& process, u32 code) {
    u32 steps = 0;
    while (const u32 index = process.making.get()) {
        if (++steps > max_objects) fail_corrupt("a list of what a process is making");
        object_record& object = the_arena().object(index);
        if (state::type(object.state.get()) == type_number(object_type::thread)) {
            // It will not begin any more.
            take_from_making(tx, index);
            end_thread_object(tx, object, 0, code);
        } else {
            abandon_section(tx, index);
        }
        if (tx.is_long()) tx.checkpoint();
    }
}

// While it is a zombie still, the kernel knows more than what it noted itself.
process_end look_at_end(const process_record& process) {
    const os::process_facts facts = os::look_at_process(static_cast<pid_t>(process.id.get()));
    const u64 start = process.start_time.get();
    process_end end{process.ended.get(), process.kernel_time.get(), process.user_time.get()};
    if (end.when == 0) end.when = os::wall_clock_at(0);
    if (facts.zombie && (start == 0 || start == facts.start_time)) {
        end.kernel_time = std::max<u64>(end.kernel_time, facts.used.kernel);
        end.user_time = std::max<u64>(end.user_time, facts.used.user);
    }
    return end;
}

}  // namespace

bool has_living_thread(u32 process) {
    arena& a = the_arena();
    const u32 count = a.capacity(region::threads);
    for (u32 t = 1; t < count; ++t) {
        const thread_record& record = a.thread(t);
        if (record.process.get() == process && thread_claimed(record.identity.get()) && !thread_ended(t, true))
            return true;
    }
    return false;
}

bool process_runs(const context& me, u32 index) {
    arena& a = the_arena();
    process_record& process = a.process(index);
    if (index == me.process) return true;
    // Before the state: should another process have the record by the time of a change below, it is left alone.
    const u32 generation = process.generation.get();
    switch (process_state{process.state.get()}) {
        case process_state::free:
            return false;
        case process_state::building:
            return builder_runs(me, process) || (process.id.get() != 0 && is_there(process));
        case process_state::forking:
            return builder_runs(me, process);
        case process_state::foreign:
        case process_state::detached:
            return is_there(process);
        case process_state::execed:
            if (!is_there(process)) return false;
            settle_old_image(me, index, generation);
            return true;
        case process_state::attached:
            break;
    }
    if (os::byte_holder(a.file(), static_cast<off_t>(a.offset_of(&process))) != 0) return true;
    if (!is_there(process)) return false;
    // Alive without its lock: either another part of the program closed the descriptor, or it has called exec.
    if (has_living_thread(index)) return true;
    // exec leaves a first thread that lives. This process is about to be dead as a whole.
    if (os::look_at_process(static_cast<pid_t>(process.id.get())).thread_ending) return true;
    const bool execed = transact(me, [&](transaction& tx) {
        if (process.generation.get() != generation || process.state.get() != static_cast<u32>(process_state::attached))
            return false;
        tx.set(process.state, static_cast<u32>(process_state::execed));
        return true;
    });
    if (execed) settle_old_image(me, index, generation);
    return true;
}

void settle_old_image(const context& me, u32 index, u32 generation) {
    arena& a = the_arena();
    process_record& process = a.process(index);
    // A new image that attaches meanwhile does this itself, for then the state is another one.
    const u32 expected =
        index == me.process ? static_cast<u32>(process_state::foreign) : static_cast<u32>(process_state::execed);
    const auto still = [&] { return process.generation.get() == generation && process.state.get() == expected; };
    const u32 count = a.capacity(region::threads);
    for (u32 t = 1; t < count; ++t) {
        thread_record& thread = a.thread(t);
        if (t == me.index || thread.process.get() != index) continue;
        transact(me, [&](transaction& tx) {
            const u64 identity = thread.identity.get();
            if (!still() || thread.process.get() != index || !thread_claimed(identity)) return;
            if (thread_id(identity) == process.id.get() && thread.object.get() != 0) {
                // The first thread is the same one still: its object, and the reference to it, wait for the new image.
                tx.set(process.primary_thread, thread.object.get());
                tx.set(thread.object, 0);
            }
            settle_thread(tx, t, 0);
        });
    }
    if (still()) remove_watches_of(me, index, generation);
    close_entries(
        me, index, generation,
        [](u64 e) { return entry::kind_of(e) == entry::kind::view || (e & entry::inheritable) == 0; }, still);
    transact(me, [&](transaction& tx) {
        if (!still()) return;
        release_making(tx, process, 0);
        tx.set(process.state, static_cast<u32>(process_state::foreign));
    });
    remove_dead_sections(me);
    end_requested_jobs(me);
}

void close_everything(const context& me) {
    const u32 generation = the_arena().process(me.process).generation.get();
    remove_watches_of(me, me.process, generation);
    close_entries(
        me, me.process, generation, [](u64) { return true; }, [] { return true; });
}

void settle_process(const context& me, u32 index, u32 generation, std::optional<u32> code) {
    arena& a = the_arena();
    process_record& process = a.process(index);
    const auto is_settled = [&] {
        return process.generation.get() != generation || process.state.get() == static_cast<u32>(process_state::free);
    };
    // What is seen without the lock may be undone, should the one that does it be killed. Whoever buries the process
    // because it is settled takes its exit code away from all others.
    if (is_settled() && transact(me, [&](transaction&) { return is_settled(); })) return;
    const u64 given = process.exit_code.get();
    u32 result = unknown_exit_code;
    if ((given >> 32U) != 0)
        result = static_cast<u32>(given);
    else if (code)
        result = *code;
    else if (const auto status = reaper::exit_status(index, generation, static_cast<pid_t>(process.id.get())))
        result = *status;

    const process_end end = look_at_end(process);
    settle_unborn(me, index, generation);
    settle_threads(me, index, generation, result);
    remove_watches_of(me, index, generation);
    close_entries(
        me, index, generation, [](u64) { return true; }, [] { return true; });
    transact(me, [&](transaction& tx) {
        if (is_settled()) return;
        // The first thread of a program that has not used kobj.
        const u32 thread = process.primary_thread.get();
        if (thread == 0) return;
        tx.set(process.primary_thread, 0);
        end_thread_object(tx, a.object(thread), process.id.get(), result);
    });
    // Before the record is free: whoever settles in this one's place, should it be killed now, finds the file, too.
    handle_history::remove_of(index, generation);
    bool was_keeper = false;
    transact(me, [&](transaction& tx) {
        if (is_settled()) return;
        release_making(tx, process, result);
        const u32 id = process.id.get();
        if (process_state{process.state.get()} != process_state::detached)
            tx.happened_to(id, trace::what::ended, nullptr, result);
        const u32 object = process.object.get();
        job_object::leave(tx, index, end.kernel_time, end.user_time);
        was_keeper = a.header().keeper.get() == (u64{generation} << 32U | index);
        if (was_keeper) tx.set(a.header().keeper, 0);
        tx.set(process.object, 0);
        tx.set(process.generation, generation + 1);
        tx.set(process.state, static_cast<u32>(process_state::free));
        if (object != 0) end_process_object(tx, a.object(object), id, result, end);
    });
    remove_dead_sections(me);
    end_requested_jobs(me);
    end_condemned_processes(me);
    if (was_keeper) keeper::replace_if_needed(me);
}

void leave(const context& me, u32 exit_code) {
    arena& a = the_arena();
    process_record& record = a.process(me.process);
    const u32 generation = record.generation.get();
    settle_unborn(me, me.process, generation);
    transact(me, [&](transaction& tx) { release_making(tx, record, exit_code); });
    remove_dead_sections(me);
    const u32 count = a.capacity(region::threads);
    for (u32 t = 1; t < count; ++t) {
        if (a.thread(t).process.get() != me.process) continue;
        if (a.thread(t).timers.get() != 0)
            transact(me, [&](transaction& tx) { timer_object::cancel_all_of(tx, a.thread(t)); });
        if (t == me.index || !thread_ended(t, false)) continue;
        transact(me, [&](transaction& tx) {
            if (a.thread(t).process.get() == me.process && thread_ended(t, false)) settle_thread(tx, t, exit_code);
        });
    }
}

bool runs_or_is_settled(const context& me, u32 index) {
    const process_record& process = the_arena().process(index);
    const u32 generation = process.generation.get();
    // A free record may be somebody's the next moment, also before its generation is read: then the generation would be
    // the one of a process that is just being made, and what is not true of a free record would be said of that.
    if (process.state.get() == static_cast<u32>(process_state::free)) return false;
    if (process_runs(me, index)) return true;
    settle_process(me, index, generation, std::nullopt);
    return false;
}

void settle_if_ended(const context& me, const object_record& object) {
    const u32 index = running_process(object);
    if (index == 0) return;
    const u32 generation = static_cast<u32>(object.body.get() >> 32U);
    if (process_runs(me, index)) return;
    settle_process(me, index, generation, std::nullopt);
    reaper::forget(index, generation);
}

void settle_all(const context& me) {
    arena& a = the_arena();
    forks::settle_failed(me);
    const u32 high = a.header().high_process.get();
    for (u32 p = 1; p < high; ++p) {
        if (p != me.process) runs_or_is_settled(me, p);
    }
    end_requested_jobs(me);
}

void settle_the_dying(const context& me) {
    constexpr int most_milliseconds = 1'000;
    arena& a = the_arena();
    const u32 high = a.header().high_process.get();
    const auto has_left = [&](u32 p) {
        const auto state = process_state{a.process(p).state.get()};
        return p == me.process || state == process_state::free || state == process_state::detached;
    };
    // Whoever kills a process notes its exit code first.
    for (u32 p = 1; p < high; ++p) {
        if (!has_left(p) && a.process(p).exit_code.get() == 0) return;
    }
    for (u32 p = 1; p < high; ++p) {
        if (has_left(p)) continue;
        if (const os::descriptor pidfd = os::open_pidfd(static_cast<pid_t>(a.process(p).id.get())); pidfd)
            os::has_ended(pidfd.get(), most_milliseconds);
        (void)runs_or_is_settled(me, p);
    }
}

void watch_process(const context&, const object_record& object) {
    const u32 index = running_process(object);
    if (index == 0) return;
    const process_record& process = the_arena().process(index);
    reaper::watch(index, process.generation.get(), static_cast<pid_t>(process.id.get()), process.start_time.get(),
                  false);
}

}  // namespace kobj::posix
