#include "posix/arena/trace.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

#include "posix/arena/arena.hpp"
#include "posix/fail.hpp"
#include "posix/os/futex.hpp"

namespace kobj::posix::trace {

bool is_on() noexcept {
    arena& a = the_arena();
    const u64 until = a.header().trace_until.get();
    if (until == 0 || static_cast<u64>(os::monotonic_now()) >= until) return false;
    try {
        (void)a.trace(max_traced - 1);
        return true;
    } catch (const failure&) {
        return false;
    }
}

namespace {

struct event {
    u64 object = 0;
    u32 process = 0;
    u32 thread = 0;
    u32 what = 0;
    u32 detail = 0;
    char name[trace_record::text_room] = {};
};

/// Of the transaction that is open in this process: there is one at most, for it holds the session lock. Never
/// destroyed, as the arena.
std::vector<event>& noted() {
    static std::vector<event>& all = *new std::vector<event>;
    return all;
}

event event_about(what happened, const object_record* object, u32 detail) {
    arena& a = the_arena();
    event one;
    one.what = static_cast<u32>(happened);
    one.detail = detail;
    if (object == nullptr) return one;
    const u64 seen = object->state.get();
    one.object = u64{state::generation(seen)} << 32U | a.index_of(*object);
    one.what |= state::type(seen) << 8U;
    if (const u32 n = object->name.get(); n != 0) {
        const name_record& name = a.name(n);
        std::memcpy(one.name, name.text, std::min<std::size_t>(name.length.get(), sizeof one.name));
    }
    return one;
}

void put(const event& one, u64 now) {
    arena& a = the_arena();
    const u64 number = a.header().traced.raw().fetch_add(1, std::memory_order_acq_rel) + 1;
    trace_record& slot = a.trace(slot_of(number));
    slot.begun.put(number);
    slot.time.put(now);
    slot.object.put(one.object);
    slot.process.put(one.process);
    slot.thread.put(one.thread);
    slot.what.put(one.what);
    slot.detail.put(one.detail);
    std::memcpy(slot.name, one.name, sizeof slot.name);
    slot.done.put(number);
}

}  // namespace

void note(what happened, const object_record* object, u32 thread, u32 detail) {
    arena& a = the_arena();
    event one = event_about(happened, object, detail);
    const thread_record& record = a.thread(thread);
    one.thread = thread_id(record.identity.get());
    if (const u32 process = record.process.get(); process != 0) one.process = a.process(process).id.get();
    noted().push_back(one);
}

void note_of_process(what happened, const object_record* object, u32 process_id, u32 detail) {
    event one = event_about(happened, object, detail);
    one.process = process_id;
    noted().push_back(one);
}

void put_noted() noexcept {
    const u64 now = static_cast<u64>(os::monotonic_now());
    for (const event& one : noted()) put(one, now);
    noted().clear();
}

void forget_noted() noexcept {
    noted().clear();
}

}  // namespace kobj::posix::trace
