#include "operation.hpp"

#include "posix/arena/transaction.hpp"
#include "posix/handle/target.hpp"
#include "posix/process/attach.hpp"

// What changes the state of an object: with nobody waiting, and with somebody.

namespace test {

using namespace std::chrono_literals;

namespace {

bool gate_in_order(world& w) {
    return is_in_order(w.gate);
}
bool waiter_and_gate_in_order(world& w) {
    return w.waiter_got_it() && is_in_order(w.gate);
}
void hold_gate(world& w) {
    w.gate.acquire().value();
}
void release_gate(world& w) {
    w.gate.release().value();
}
void wait_for_gate(world& w) {
    w.let_wait(w.gate);
}

// Not set and not signaled; to cancel it leaves a signal.
void quieten(kobj::timer& timer) {
    timer.set(1h).value();
    timer.cancel().value();
}

// As if those that wait had come just now: then a released mutex is not handed over.
void make_waits_recent() {
    using namespace kobj::posix;
    arena& a = the_arena();
    for (u32 t = 1; t < a.capacity(region::threads); ++t) {
        if (a.thread(t).wait_count.get() != 0) a.thread(t).wait_since.put(INT64_MAX / 2);
    }
}

// As kobj trace does it.
void begin_trace(world& w) {
    using namespace kobj::posix;
    arena& a = the_arena();
    a.commit(region::trace, max_traced - 1);
    a.header().trace_until.put(wait_forever);
    (void)make_contended(*look_up(enter(), w.gate.get()).object);
}
part traced(part setup) {
    return [setup = std::move(setup)](world& w) {
        if (setup) setup(w);
        begin_trace(w);
    };
}
verdict untraced(verdict holds) {
    return [holds = std::move(holds)](world& w) {
        kobj::posix::the_arena().header().trace_until.put(0);
        return holds(w);
    };
}

}  // namespace

void add_object_operations(std::vector<operation>& all) {
    const auto add = [&](operation each) { all.push_back(std::move(each)); };

    add({"acquire, traced", hold_gate, traced({}), {}, untraced(gate_in_order)});
    add({"release, traced, with a waiter that gets it", release_gate, traced(hold_gate), wait_for_gate,
         untraced(waiter_and_gate_in_order)});
    add({"create and close an event, traced",
         [](world&) { (void)kobj::event::create({.name = "step: traced"}).value(); },
         traced({}),
         {},
         untraced([](world&) { return true; })});

    add({"acquire", hold_gate, {}, {}, gate_in_order});
    add({"acquire again", hold_gate, hold_gate, {}, gate_in_order});
    add({"acquire, in vain", [](world& w) { (void)w.gate.acquire(0s).value(); }, {}, {}, gate_in_order});
    add({"release", release_gate, hold_gate, {}, gate_in_order});
    add({"release one of two",
         release_gate,
         [](world& w) {
             hold_gate(w);
             hold_gate(w);
         },
         {},
         gate_in_order});
    add({"release, with a waiter that gets it", release_gate, hold_gate, wait_for_gate, waiter_and_gate_in_order});
    add({"release, with a waiter that has to come for it", release_gate, hold_gate,
         [](world& w) {
             wait_for_gate(w);
             make_waits_recent();
         },
         waiter_and_gate_in_order});
    add({"set an event",
         [](world& w) { w.automatic.set().value(); },
         {},
         {},
         [](world& w) {
             w.automatic.reset().value();
             return true;
         }});
    add({"set an event, with a waiter",
         [](world& w) { w.automatic.set().value(); },
         {},
         [](world& w) { w.let_wait(w.automatic); },
         [](world& w) {
             // Not set by the dead one, or the waiter has it already.
             w.automatic.set().value();
             const bool got = w.waiter_got_it();
             w.automatic.reset().value();
             return got;
         }});
    add({"set a manual-reset event, with a waiter",
         [](world& w) { w.manual.set().value(); },
         {},
         [](world& w) { w.let_wait(w.manual); },
         [](world& w) {
             w.manual.set().value();
             const bool got = w.waiter_got_it();
             w.manual.reset().value();
             return got;
         }});
    add({"reset an event",
         [](world& w) { w.manual.reset().value(); },
         [](world& w) { w.manual.set().value(); },
         {},
         [](world& w) {
             w.manual.reset().value();
             return true;
         }});
    add({"reset an event, with a waiter",
         [](world& w) { w.manual.reset().value(); },
         {},
         [](world& w) { w.let_wait(w.manual); },
         [](world& w) {
             w.manual.set().value();
             const bool got = w.waiter_got_it();
             w.manual.reset().value();
             return got;
         }});
    add({"pulse an event",
         [](world& w) { w.manual.pulse().value(); },
         [](world& w) { w.manual.set().value(); },
         {},
         [](world& w) {
             w.manual.reset().value();
             return true;
         }});
    add({"pulse an event, with a waiter",
         [](world& w) { w.manual.pulse().value(); },
         {},
         [](world& w) { w.let_wait(w.manual); },
         [](world& w) {
             w.manual.set().value();
             const bool got = w.waiter_got_it();
             w.manual.reset().value();
             return got;
         }});
    add({"release a semaphore",
         [](world& w) { (void)w.units.release(2).value(); },
         {},
         {},
         [](world& w) { return units_between(w, 1, 3); }});
    add({"release a semaphore, with a waiter",
         [](world& w) { (void)w.units.release(1).value(); },
         {},
         [](world& w) {
             (void)w.units.acquire().value();
             w.let_wait(w.units);
         },
         [](world& w) {
             (void)w.units.release(1).value();
             return w.waiter_got_it() && units_between(w, 0, 1);
         }});
    add({"acquire a semaphore",
         [](world& w) { (void)w.units.acquire().value(); },
         {},
         {},
         [](world& w) { return units_between(w, 0, 1); }});
    add({"set a timer",
         [](world& w) { w.timer.set(1h).value(); },
         {},
         {},
         [](world& w) {
             quieten(w.timer);
             return true;
         }});
    add({"set a timer, with a waiter",
         [](world& w) { w.timer.set(1h, 1h).value(); },
         {},
         [](world& w) { w.let_wait(w.timer); },
         [](world& w) {
             w.timer.set(0s).value();
             const bool got = w.waiter_got_it();
             quieten(w.timer);
             return got;
         }});
    add({"set a timer that is due, with a waiter",
         [](world& w) { w.timer.set(0s).value(); },
         {},
         [](world& w) { w.let_wait(w.timer); },
         [](world& w) {
             w.timer.set(0s).value();
             const bool got = w.waiter_got_it();
             quieten(w.timer);
             return got;
         }});
    add({"cancel a timer",
         [](world& w) { w.timer.cancel().value(); },
         [](world& w) { w.timer.set(1h).value(); },
         {},
         [](world& w) {
             quieten(w.timer);
             return true;
         }});
    add({"cancel a timer, with a waiter", [](world& w) { w.timer.cancel().value(); },
         [](world& w) { w.timer.set(1h).value(); }, [](world& w) { w.let_wait(w.timer); },
         [](world& w) {
             w.timer.set(0s).value();
             const bool got = w.waiter_got_it();
             quieten(w.timer);
             return got;
         }});
    add({"wait for a timer that is due",
         [](world& w) { (void)w.timer.wait(1s).value(); },
         [](world& w) { w.timer.set(0s, 1h).value(); },
         {},
         [](world& w) {
             quieten(w.timer);
             return true;
         }});
}

}  // namespace test
