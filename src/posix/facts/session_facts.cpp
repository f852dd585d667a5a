#include "posix/facts/session_facts.hpp"

#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "common/object_type.hpp"
#include "posix/fail.hpp"
#include "posix/handle/table.hpp"
#include "posix/object/event.hpp"
#include "posix/object/job.hpp"
#include "posix/object/timer.hpp"
#include "posix/os/proc.hpp"

namespace kobj::posix::facts {

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

template <class T>
const T* find(const std::vector<T>& all, const std::vector<u32>& places, u32 record) {
    return record < places.size() && places[record] != 0 ? &all[places[record] - 1] : nullptr;
}

template <class T>
void add(std::vector<T>& all, std::vector<u32>& places, T&& one) {
    const u32 record = one.record;
    if (places.size() <= record) places.resize(record + 1);
    all.push_back(std::move(one));
    places[record] = static_cast<u32>(all.size());
}

bool is_known(u32 type) {
    return type == state::private_namespace ||
           (type != 0 && type != state::section_limbo &&
            detail::type_name(object_type{static_cast<u8>(type)}) != detail::type_name(object_type::other));
}

}  // namespace

session_facts::session_facts(const image& arena, bool ask_system) : arena_(arena), now_(now_by(CLOCK_MONOTONIC)) {
    read_processes(ask_system);
    read_threads();
    read_objects();
}

void session_facts::read_processes(bool ask_system) {
    const u32 high = std::min(arena_.header().high_process.get(), arena_.capacity(region::processes));
    for (u32 p = 1; p < high; ++p) {
        const process_record& record = *arena_.process(p);
        process_facts one;
        one.record = p;
        one.state = process_state{record.state.get()};
        if (one.state == process_state::free || one.state > process_state::execed) continue;
        one.id = record.id.get();
        one.handles = record.used.get();
        one.object = record.object.get();
        one.job = record.job.get();
        if (const process_record* parent = arena_.process(record.parent.get()); record.parent.get() != 0 && parent)
            one.parent = parent->id.get();
        if (ask_system && one.id != 0) {
            const os::process_facts seen = os::look_at_process(static_cast<pid_t>(one.id));
            const u64 start = record.start_time.get();
            one.runs = seen.exists && !seen.ending && (start == 0 || start == seen.start_time);
            one.stopped = one.runs && seen.stopped;
            one.system_threads = seen.threads;
            if (one.runs) one.program = program_of(one.id);
        }
        add(processes_, process_at_, std::move(one));
    }
}

void session_facts::read_threads() {
    const u32 count = arena_.capacity(region::threads);
    for (u32 t = 1; t < count; ++t) {
        const thread_record& record = *arena_.thread(t);
        const u64 identity = record.identity.get();
        if (!thread_claimed(identity)) continue;
        thread_facts one;
        one.record = t;
        one.id = thread_id(identity);
        one.process = record.process.get();
        const process_facts* of = process(one.process);
        one.ended = record.life.ended() || (of != nullptr && !of->runs);
        const object_record* object = record.object.get() == 0 ? nullptr : arena_.object(record.object.get());
        one.suspended = object != nullptr && suspend_count::of(object->suspended.get()) != 0;
        const u32 waits = std::min(record.wait_count.get(), max_wait);
        for (u32 i = 0; i < waits; ++i) {
            const wait_block* block = arena_.wait(t * max_wait + i);
            if (block != nullptr && block->object.get() != 0) one.waits_for.push_back(block->object.get());
        }
        one.waits_for_all = record.wait_all.get() != 0;
        one.waits_since = record.wait_since.get();
        one.waits_until = record.wait_until.get();
        one.alertable = record.wait_alertable.get() != 0;
        one.sleeps = record.sleeps.get();
        one.slept = record.slept.get();
        if (of != nullptr) processes_[process_at_[one.process] - 1].threads.push_back(t);
        add(threads_, thread_at_, std::move(one));
    }
}

void session_facts::read_objects() {
    const u32 high = std::min(arena_.header().high_object.get(), arena_.capacity(region::objects));
    for (u32 o = 1; o < high; ++o) {
        const object_record& record = *arena_.object(o);
        const u64 seen = record.state.get();
        const u32 type = state::type(seen);
        if (!is_known(type)) continue;
        object_facts one;
        one.record = o;
        one.number = u64{state::generation(seen)} << 32U | o;
        one.type = type == state::private_namespace ? object_type::other : object_type{static_cast<u8>(type)};
        one.name = shown_name(arena_.key_of(record));
        one.handles = record.handles.get();
        one.references = record.references.get();
        one.state = state::value(seen);
        one.extra = record.extra.get();
        if (one.type == object_type::mutex && one.state != 0) {
            const thread_facts* owner = thread(owner_index(one.state));
            const thread_record* there = owner == nullptr ? nullptr : arena_.thread(owner->record);
            const bool lives = there != nullptr && !owner->ended &&
                               thread_generation(there->identity.get()) == owner_generation(one.state);
            one.abandoned = !lives;
            one.owner = lives ? owner->record : 0;
            one.recursion = static_cast<u32>(one.extra) + 1;
        }
        if (one.type == object_type::process || one.type == object_type::thread) {
            one.id = static_cast<u32>(one.extra >> 32U);
            one.ended = (seen & state::ended) != 0;
            one.exit_code = static_cast<u32>(one.extra);
            if (!one.ended) one.runs = static_cast<u32>(record.body.get());
            const thread_facts* t = one.type == object_type::thread ? thread(one.runs) : nullptr;
            if (t != nullptr && t->ended) one.ended = true;
        } else if (one.type == object_type::job) {
            if (const job_record* job = arena_.job(record.account.get()); job != nullptr) {
                one.outer_job = job->parent.get();
                one.kill_on_close = (job->limits.get() & job_object::kill_on_close) != 0;
            }
        } else if (one.type != object_type::file && one.type != object_type::file_mapping) {
            one.sleeps = record.account.get();
        }
        // A queue that goes in a circle is damage; kobj check says so.
        u32 steps = arena_.capacity(region::threads) + arena_.capacity(region::watches);
        for (u32 number = record.queue_head.get(); number != 0 && steps != 0; --steps) {
            const wait_block* block = arena_.wait(number);
            if (block == nullptr || block->object.get() != o) break;
            if (number < first_watch) one.waiters.push_back(number / max_wait);
            number = block->next.get();
        }
        add(objects_, object_at_, std::move(one));
    }
}

std::vector<handle_facts> session_facts::handles_of(const process_facts& process) const {
    std::vector<handle_facts> all;
    const u32 length = arena_.table_length(process.record);
    const u32 high = std::min(arena_.process(process.record)->high.get(), length);
    for (u32 i = 1; i < high; ++i) {
        const u64 e = arena_.entry(process.record, i)->get();
        if (entry::kind_of(e) != entry::kind::handle) continue;
        all.push_back({value_of(i),
                       entry::object(e),
                       entry::access(e),
                       {(e & entry::inheritable) != 0, (e & entry::protect) != 0}});
    }
    return all;
}

std::vector<const process_facts*> session_facts::members_of(const object_facts& job) const {
    std::vector<const process_facts*> members;
    for (const process_facts& each : processes_) {
        // Damage may lead in a circle.
        std::size_t steps = objects_.size();
        for (u32 o = each.job; o != 0 && steps != 0; --steps) {
            const object_facts* in = object(o);
            if (in == nullptr) break;
            if (in->record == job.record) {
                members.push_back(&each);
                break;
            }
            o = in->outer_job;
        }
    }
    return members;
}

const process_facts* session_facts::process(u32 record) const {
    return find(processes_, process_at_, record);
}
const thread_facts* session_facts::thread(u32 record) const {
    return find(threads_, thread_at_, record);
}
const object_facts* session_facts::object(u32 record) const {
    return find(objects_, object_at_, record);
}

const process_facts* session_facts::process_of_id(u32 id) const {
    const auto found =
        std::find_if(processes_.begin(), processes_.end(), [&](const process_facts& p) { return p.id == id; });
    return found == processes_.end() ? nullptr : &*found;
}

u64 session_facts::waited(const thread_facts& thread) const noexcept {
    return thread.waits_since < now_ ? now_ - thread.waits_since : 0;
}

std::optional<u64> session_facts::remaining(const thread_facts& thread) const noexcept {
    if (thread.waits_until == wait_forever) return std::nullopt;
    return thread.waits_until > now_ ? thread.waits_until - now_ : 0;
}

std::string shown_name(const std::string& key) {
    if (key.empty()) return key;
    // Of a boundary only its name is text.
    if (key.front() == 'B') return key.c_str() + 1;
    return key.front() == 'G' ? text("Global\\{}", key.substr(1)) : key.substr(1);
}

bool is_signaled(const object_facts& object, u64 monotonic_now) {
    switch (object.type) {
        case object_type::mutex:
            return object.state == 0 || object.abandoned;
        case object_type::event:
            return (object.state & event_object::signaled) != 0;
        case object_type::semaphore:
            return object.state != 0;
        case object_type::timer: {
            if ((object.state & timer_object::signaled) != 0) return true;
            if ((object.state & timer_object::armed) == 0) return false;
            const bool wall = (object.state & timer_object::absolute) != 0;
            return object.extra <= (wall ? now_by(CLOCK_REALTIME) : monotonic_now);
        }
        case object_type::process:
        case object_type::thread:
            return object.ended;
        case object_type::file:
            return true;
        default:
            return false;
    }
}

}  // namespace kobj::posix::facts
