#include "posix/facts/arena_facts.hpp"

#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "common/object_type.hpp"
#include "posix/fail.hpp"
#include "posix/handle/table.hpp"
#include "posix/object/event.hpp"
#include "posix/object/file.hpp"
#include "posix/object/job.hpp"
#include "posix/object/timer.hpp"
#include "posix/os/proc.hpp"

namespace kobj::posix {

using facts::file_kind;
using facts::handle_facts;
using facts::object_facts;
using facts::process_facts;
using facts::session_facts;
using facts::thread_facts;

namespace {

constexpr u64 nanoseconds_of_second = 1'000'000'000;

u64 now_by(clockid_t clock) {
    timespec now{};
    clock_gettime(clock, &now);
    return static_cast<u64>(now.tv_sec) * nanoseconds_of_second + static_cast<u64>(now.tv_nsec);
}

std::string program_of(u32 id) {
    std::array<char, 64> path{};
    std::array<char, 4096> target{};
    std::snprintf(path.data(), path.size(), "/proc/%u/exe", id);
    const ssize_t length = readlink(path.data(), target.data(), target.size());
    if (length <= 0) return {};
    const std::string whole(target.data(), static_cast<std::size_t>(length));
    return whole.substr(whole.rfind('/') + 1);
}

bool is_known(u32 type) {
    return type == state::private_namespace ||
           (type != 0 && type != state::section_limbo &&
            detail::type_name(object_type{static_cast<u8>(type)}) != detail::type_name(object_type::other));
}

process_facts::stage stage_of(process_state state) {
    switch (state) {
        case process_state::building:
        case process_state::forking:
            return process_facts::stage::starting;
        case process_state::foreign:
        case process_state::execed:
            return process_facts::stage::without_kobj;
        case process_state::detached:
            return process_facts::stage::ending;
        default:
            return process_facts::stage::running;
    }
}

void read_processes(const image& arena, bool ask_system, session_facts& all) {
    const u32 high = std::min(arena.header().high_process.get(), arena.capacity(region::processes));
    for (u32 p = 1; p < high; ++p) {
        const process_record& record = *arena.process(p);
        process_facts one;
        one.record = p;
        const auto state = process_state{record.state.get()};
        if (state == process_state::free || state > process_state::execed) continue;
        one.at = stage_of(state);
        one.id = record.id.get();
        one.handles = record.used.get();
        one.object = record.object.get();
        one.job = record.job.get();
        if (const process_record* parent = arena.process(record.parent.get()); record.parent.get() != 0 && parent)
            one.parent = parent->id.get();
        if (ask_system && one.id != 0) {
            const os::process_facts seen = os::look_at_process(static_cast<pid_t>(one.id));
            const u64 start = record.start_time.get();
            one.runs = seen.exists && !seen.ending && (start == 0 || start == seen.start_time);
            one.stopped = one.runs && seen.stopped;
            one.system_threads = seen.threads;
            if (one.runs) one.program = program_of(one.id);
        }
        all.add(std::move(one));
    }
}

void read_threads(const image& arena, session_facts& all) {
    const u32 count = arena.capacity(region::threads);
    for (u32 t = 1; t < count; ++t) {
        const thread_record& record = *arena.thread(t);
        const u64 identity = record.identity.get();
        if (!thread_claimed(identity)) continue;
        thread_facts one;
        one.record = t;
        one.id = thread_id(identity);
        one.process = record.process.get();
        const process_facts* of = all.process(one.process);
        one.ended = record.life.ended() || (of != nullptr && !of->runs);
        const object_record* object = record.object.get() == 0 ? nullptr : arena.object(record.object.get());
        one.suspended = object != nullptr && suspend_count::of(object->suspended.get()) != 0;
        const u32 waits = std::min(record.wait_count.get(), max_wait);
        for (u32 i = 0; i < waits; ++i) {
            const wait_block* block = arena.wait(t * max_wait + i);
            if (block != nullptr && block->object.get() != 0) one.waits_for.push_back(block->object.get());
        }
        one.waits_for_all = record.wait_all.get() != 0;
        one.waits_since = record.wait_since.get();
        if (record.wait_until.get() != wait_forever) one.waits_until = record.wait_until.get();
        one.alertable = record.wait_alertable.get() != 0;
        one.sleeps = record.sleeps.get();
        one.slept = record.slept.get();
        all.add(std::move(one));
    }
}

void describe_mutex(const image& arena, const session_facts& all, u64 value, object_facts& one) {
    one.signaled = value == 0;
    if (value == 0) return;
    const thread_facts* owner = all.thread(owner_index(value));
    const thread_record* there = owner == nullptr ? nullptr : arena.thread(owner->record);
    const bool lives =
        there != nullptr && !owner->ended && thread_generation(there->identity.get()) == owner_generation(value);
    one.abandoned = one.signaled = !lives;
    one.owner = lives ? owner->record : 0;
}

// Of one that has become due and nobody has looked at, too.
void describe_timer(u64 value, u64 due, u64 now, object_facts& one) {
    one.manual_reset = (value & timer_object::manual_reset) != 0;
    one.period = static_cast<u32>(value >> timer_object::period_shift);
    one.signaled = (value & timer_object::signaled) != 0;
    if (one.signaled || (value & timer_object::armed) == 0) return;
    const bool wall = (value & timer_object::absolute) != 0;
    one.signaled = due <= (wall ? now_by(CLOCK_REALTIME) : now);
    if (!wall && !one.signaled) one.due_in = due - now;
}

void describe_running(const object_record& record, u64 seen, const session_facts& all, object_facts& one) {
    const u64 extra = record.extra.get();
    one.id = static_cast<u32>(extra >> 32U);
    one.exit_code = static_cast<u32>(extra);
    one.ended = (seen & state::ended) != 0;
    if (!one.ended) one.runs = static_cast<u32>(record.body.get());
    const thread_facts* thread = one.type == object_type::thread ? all.thread(one.runs) : nullptr;
    if (thread != nullptr && thread->ended) one.ended = true;
    one.signaled = one.ended;
}

void describe(const image& arena, const object_record& record, u64 seen, const session_facts& all, object_facts& one) {
    const u64 value = state::value(seen);
    const u64 extra = record.extra.get();
    switch (one.type) {
        case object_type::mutex:
            describe_mutex(arena, all, value, one);
            if (value != 0) one.recursion = static_cast<u32>(extra) + 1;
            break;
        case object_type::event:
            one.signaled = (value & event_object::signaled) != 0;
            one.manual_reset = (value & event_object::manual_reset) != 0;
            break;
        case object_type::semaphore:
            one.signaled = value != 0;
            one.count = value;
            one.maximum = extra;
            break;
        case object_type::timer:
            describe_timer(value, extra, all.now(), one);
            break;
        case object_type::file:
            one.signaled = true;
            one.file = file_kind{static_cast<int>(value & file_object::kind_mask)};
            return;
        case object_type::file_mapping:
            one.size = extra;
            return;
        case object_type::job:
            if (const job_record* job = arena.job(record.account.get()); job != nullptr) {
                one.outer_job = job->parent.get();
                one.kill_on_close = (job->limits.get() & job_object::kill_on_close) != 0;
            }
            return;
        case object_type::process:
        case object_type::thread:
            describe_running(record, seen, all, one);
            return;
        default:
            break;
    }
    one.sleeps = record.account.get();
}

void read_objects(const image& arena, session_facts& all) {
    const u32 high = std::min(arena.header().high_object.get(), arena.capacity(region::objects));
    for (u32 o = 1; o < high; ++o) {
        const object_record& record = *arena.object(o);
        const u64 seen = record.state.get();
        const u32 type = state::type(seen);
        if (!is_known(type)) continue;
        object_facts one;
        one.record = o;
        one.number = u64{state::generation(seen)} << 32U | o;
        one.type = type == state::private_namespace ? object_type::other : object_type{static_cast<u8>(type)};
        one.name = shown_name(arena.key_of(record));
        one.handles = record.handles.get();
        one.references = record.references.get();
        describe(arena, record, seen, all, one);
        // A queue that goes in a circle is damage; kobj check says so.
        u32 steps = arena.capacity(region::threads) + arena.capacity(region::watches);
        for (u32 number = record.queue_head.get(); number != 0 && steps != 0; --steps) {
            const wait_block* block = arena.wait(number);
            if (block == nullptr || block->object.get() != o) break;
            if (number < first_watch) one.waiters.push_back(number / max_wait);
            number = block->next.get();
        }
        all.add(std::move(one));
    }
}

std::vector<handle_facts> read_table(const image& arena, u32 process) {
    std::vector<handle_facts> all;
    const u32 high = std::min(arena.process(process)->high.get(), arena.table_length(process));
    for (u32 i = 1; i < high; ++i) {
        const u64 e = arena.entry(process, i)->get();
        if (entry::kind_of(e) != entry::kind::handle) continue;
        all.push_back({value_of(i),
                       entry::object(e),
                       entry::access(e),
                       {(e & entry::inheritable) != 0, (e & entry::protect) != 0}});
    }
    return all;
}

}  // namespace

session_facts read_facts(const std::shared_ptr<const image>& arena, bool ask_system) {
    session_facts all(now_by(CLOCK_MONOTONIC),
                      [arena](const process_facts& process) { return read_table(*arena, process.record); });
    read_processes(*arena, ask_system, all);
    read_threads(*arena, all);
    read_objects(*arena, all);
    return all;
}

std::string shown_name(const std::string& key) {
    if (key.empty()) return key;
    // Of a boundary only its name is text.
    if (key.front() == 'B') return key.c_str() + 1;
    return key.front() == 'G' ? text("Global\\{}", key.substr(1)) : key.substr(1);
}

}  // namespace kobj::posix
