#include <kobj/inspect.hpp>

#include <unistd.h>

#include <algorithm>
#include <memory>

#include "facts/blocked_threads.hpp"
#include "posix/arena/directory.hpp"
#include "posix/arena/session_lock.hpp"
#include "posix/dispatch/readiness.hpp"
#include "posix/facts/arena_facts.hpp"
#include "posix/handle/target.hpp"
#include "posix/object/mutex.hpp"
#include "posix/process/attach.hpp"
#include "posix/process/reap.hpp"

// Reads without a lock. What is read may change under the reader: every index is checked, every walk is bounded.
namespace kobj::inspect {

using namespace posix;

namespace {

object_type type_of_state(u64 seen) {
    const u32 type = state::type(seen);
    if (type == state::private_namespace) return object_type::other;
    return type == state::section_limbo ? object_type::none : object_type{static_cast<u8>(type)};
}

/// Tells objects apart that use the same record one after the other.
u64 number_of(u32 index, u64 seen) {
    return u64{state::generation(seen)} << 32U | index;
}

std::vector<handle_info> table_of(u32 process) {
    arena& a = the_arena();
    std::vector<handle_info> table;
    const u32 high = std::min(a.process(process).high.get(), max_handles);
    for (u32 i = 1; i < high; ++i) {
        const word64* slot = a.find_table_entry(process, i);
        const u64 e = slot == nullptr ? 0 : slot->get();
        if (entry::kind_of(e) != entry::kind::handle) continue;
        const object_record& object = a.object(entry::object(e));
        const u64 seen = object.state.get();
        handle_info info;
        info.value = value_of(i);
        info.object = number_of(entry::object(e), seen);
        info.type = type_of_state(seen);
        info.name = shown_name(read_name(object));
        info.access = entry::access(e);
        info.flags = {(e & entry::inheritable) != 0, (e & entry::protect) != 0};
        info.usage_count = object.handles.get();
        table.push_back(std::move(info));
    }
    return table;
}

void describe_owner(const object_record& object, u64 seen, object_info& info) {
    arena& a = the_arena();
    const u64 owner = state::value(seen);
    if (owner == 0) return;
    const u64 identity = a.thread(owner_index(owner)).identity.get();
    info.abandoned = mutex_object::owner_is_dead(seen, false);
    info.recursion = static_cast<u32>(object.extra.get()) + 1;
    if (thread_generation(identity) != owner_generation(owner)) return;
    info.owner_thread_id = thread_id(identity);
    const u32 process = a.thread(owner_index(owner)).process.get();
    if (process != 0) info.owner_process_id = a.process(process).id.get();
}

void describe_waiters(const object_record& object, object_info& info) {
    constexpr std::size_t most = 4096;
    arena& a = the_arena();
    for (u32 number = object.queue_head.get(); number != 0 && info.waiters.size() < most;
         number = a.wait(number).next.get()) {
        if (number >= first_watch) continue;  // a wait set's
        const thread_record& thread = a.thread(number / max_wait);
        waiter_info waiter;
        waiter.thread_id = thread_id(thread.identity.get());
        if (const u32 process = thread.process.get(); process != 0) waiter.process_id = a.process(process).id.get();
        info.waiters.push_back(waiter);
    }
}

object_info describe(u32 index, const object_record& object, u64 seen) {
    object_info info;
    info.object = number_of(index, seen);
    info.type = type_of_state(seen);
    info.name = shown_name(read_name(object));
    info.usage_count = object.handles.get();
    info.reference_count = object.references.get();
    info.signaled = look_at(object, 0) != readiness::no;
    if (info.type == object_type::mutex) describe_owner(object, seen, info);
    if (info.type == object_type::process || info.type == object_type::thread)
        info.id = static_cast<u32>(object.extra.get() >> 32U);
    describe_waiters(object, info);
    return info;
}

}  // namespace

result<std::uint32_t> usage_count(handle_value value) {
    return guarded([&] {
        const context& me = enter();
        look_up(me, value);
        settle_all(me);
        return std::uint32_t{look_up(me, value).object->handles.get()};
    });
}

result<std::vector<handle_info>> handle_table() {
    return guarded([&] { return table_of(enter().process); });
}

result<std::vector<handle_info>> handle_table(std::uint32_t process_id) {
    return guarded([&] {
        const context& me = enter();
        arena& a = the_arena();
        if (process_id == static_cast<std::uint32_t>(getpid())) return table_of(me.process);
        const u32 high = a.header().high_process.get();
        for (u32 p = 1; p < high; ++p) {
            const auto state = process_state{a.process(p).state.get()};
            if (a.process(p).id.get() == process_id &&
                (state == process_state::foreign || state == process_state::attached ||
                 state == process_state::execed) &&
                process_runs(me, p))
                return table_of(p);
        }
        fail(errc::invalid_parameter, "there is no process {} in this session", process_id);
    });
}

result<snapshot> take_snapshot() {
    return guarded([&] {
        (void)enter();
        arena& a = the_arena();
        snapshot all;
        const u32 processes = std::min(a.header().high_process.get(), a.capacity(region::processes));
        for (u32 p = 1; p < processes; ++p) {
            const process_record& record = a.process(p);
            const auto state = process_state{record.state.get()};
            if (state == process_state::free) continue;
            all.processes.push_back({record.id.get(), record.used.get(), state == process_state::attached});
        }
        const u32 objects = std::min(a.header().high_object.get(), a.capacity(region::objects));
        for (u32 o = 1; o < objects; ++o) {
            const object_record& object = a.object(o);
            const u64 seen = object.state.get();
            if (type_of_state(seen) == object_type::none) continue;
            object_info info = describe(o, object, seen);
            // Gone while it was read.
            if (state::generation(object.state.get()) == state::generation(seen))
                all.objects.push_back(std::move(info));
        }
        return all;
    });
}

result<std::vector<blocked_thread>> blocked_threads() {
    return guarded([&] {
        (void)enter();
        const auto copy = std::make_shared<image>();
        try {
            // A busy session may change during each of them; then what is said may not fit together.
            copy->read_still(the_arena().file(), 50);
        } catch (const facts::unreadable& why) {
            fail_corrupt(why.what());
        }
        copy->undo();
        return facts::blocked_threads_of(read_facts(copy, true));
    });
}

}  // namespace kobj::inspect
