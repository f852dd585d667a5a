#include "posix/facts/trace_ring.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "posix/facts/arena_facts.hpp"

namespace kobj::posix {

namespace {

void read_at(int file, u64 at, void* to, std::size_t size) {
    if (pread(file, to, size, static_cast<off_t>(at)) != static_cast<ssize_t>(size))
        throw facts::unreadable("it is cut short");
}

traced_event event_of(const trace_record& slot) {
    traced_event one;
    one.number = slot.begun.get();
    one.time = slot.time.get();
    const u32 what = slot.what.get();
    one.what = (what & 0xFF) < static_cast<u32>(trace::what::count) ? static_cast<trace::what>(what & 0xFF)
                                                                    : trace::what::none;
    one.object = slot.object.get();
    const u32 type = what >> 8U & 0xF;
    one.type = type == state::private_namespace ? object_type::other : object_type{static_cast<u8>(type)};
    one.name = shown_name(std::string(slot.name, strnlen(slot.name, sizeof slot.name)));
    one.process = slot.process.get();
    one.thread = slot.thread.get();
    one.detail = slot.detail.get();
    return one;
}

bool is_whole(const trace_record& slot, const trace_record& again) {
    return std::memcmp(&slot, &again, sizeof slot) == 0 && slot.begun.get() == slot.done.get();
}

}  // namespace

trace_ring::trace_ring(int file) : file_(file) {
    arena_header header;
    read_at(file, 0, &header, sizeof header);
    check_layout(header);
}

u64 trace_ring::count() const {
    u64 committed = 0;
    u64 number = 0;
    read_at(file_, offsetof(arena_header, committed) + static_cast<u64>(region::trace) * sizeof committed, &committed,
            sizeof committed);
    read_at(file_, offsetof(arena_header, traced), &number, sizeof number);
    return committed < u64{max_traced} * sizeof(trace_record) ? 0 : number;
}

// Those of the events from..to, both included, which are no more than there are slots.
void trace_ring::read(u64 from, u64 to, std::vector<trace_record>& slots) const {
    std::size_t done = 0;
    while (from <= to) {
        const u32 slot = trace::slot_of(from);
        const u64 here = std::min<u64>(to - from + 1, max_traced - slot);
        read_at(file_, trace_at + u64{slot} * sizeof(trace_record), slots.data() + done, here * sizeof(trace_record));
        done += here;
        from += here;
    }
}

trace_ring::batch trace_ring::next(bool last) {
    batch found;
    const u64 to = count();
    // Fewer than before: another session's, or damage.
    if (to < seen_) seen_ = 0;
    u64 from = seen_ + 1;
    if (from > to) return found;
    if (to - from >= max_traced) {
        const u64 oldest = to - max_traced + 1;
        if (seen_ != 0) found.lost += oldest - from;
        from = oldest;
    }
    // What is the same in both, and says that it is whole, was not written meanwhile.
    std::vector<trace_record> slots(to - from + 1);
    std::vector<trace_record> again(to - from + 1);
    read(from, to, slots);
    read(from, to, again);
    for (u64 number = from; number <= to; ++number) {
        const trace_record& slot = slots[number - from];
        if (is_whole(slot, again[number - from]) && slot.begun.get() == number) {
            found.events.push_back(event_of(slot));
        } else if (std::max(slot.begun.get(), again[number - from].begun.get()) > number) {
            ++found.lost;
        } else if (number == to && !last) {
            // Only the last one can be being written: it happens under the lock.
            seen_ = number - 1;
            return found;
        } else {
            ++found.torn;
        }
    }
    seen_ = to;
    return found;
}

}  // namespace kobj::posix
