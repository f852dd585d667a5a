#include "posix/arena/trace.hpp"
#include "posix/check/examination.hpp"

// The ring of what happened. A slot that a killed process has left half written is no damage.
namespace kobj::posix::check {

void examination::traced() {
    const u64 last = a_.header().traced.get();
    const u32 slots = a_.capacity(region::trace);
    for (u32 i = 0; i < slots && !has_enough(); ++i) {
        for (const u64 number : {a_.trace(i)->begun.get(), a_.trace(i)->done.get()}) {
            if (number == 0) continue;
            if (number > last)
                say(rule::trace, i, "slot {} of the trace has event {}, of {} so far", i, number, last);
            else if (trace::slot_of(number) != i)
                say(rule::trace, i, "slot {} of the trace has event {}, which belongs to slot {}", i, number,
                    trace::slot_of(number));
        }
    }
}

}  // namespace kobj::posix::check
