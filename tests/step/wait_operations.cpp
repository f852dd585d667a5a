#include "operation.hpp"

#include "support/eventually.hpp"

// Waits for several, waits that sleep, and wait sets.

namespace test {

using namespace std::chrono_literals;

namespace {

bool gate_in_order(world& w) {
    return is_in_order(w.gate);
}
bool both_in_order(world& w) {
    return is_in_order(w.gate) && is_in_order(w.other);
}
void make_set(world& w) {
    w.set = kobj::wait_set::create().value();
}
void make_set_of_both(world& w) {
    make_set(w);
    w.set->add(w.gate.get(), 1).value();
    w.set->add(w.other.get(), 2).value();
}

}  // namespace

void add_wait_operations(std::vector<operation>& all) {
    const auto add = [&](operation each) { all.push_back(std::move(each)); };

    add({"wait for any",
         [](world& w) {
             (void)kobj::wait_any({w.manual.get(), w.gate.get()}).value();
         },
         {},
         {},
         gate_in_order});
    add({"wait for any, asleep until the time is over", [](world& w) {
             (void)kobj::wait_any({w.manual.get(), w.automatic.get()}, 2ms).value();
         }});
    add({"wait for all",
         [](world& w) {
             (void)kobj::wait_all({w.other.get(), w.gate.get()}).value();
         },
         {},
         {},
         both_in_order});
    add({"wait for all, in vain",
         [](world& w) {
             (void)kobj::wait_all({w.manual.get(), w.gate.get()}, 1ms).value();
         },
         {},
         {},
         gate_in_order});
    add({"wait, asleep until the time is over", [](world& w) { (void)kobj::wait(w.manual.get(), 2ms).value(); }});
    add({"wait behind another one, asleep until the time is over",
         [](world& w) { (void)kobj::wait(w.automatic.get(), 2ms).value(); },
         {},
         [](world& w) { w.let_wait(w.automatic); },
         [](world& w) {
             w.automatic.set().value();
             const bool got = w.waiter_got_it();
             w.automatic.reset().value();
             return got;
         }});
    add({"acquire, asleep until it is released",
         [](world& w) { w.gate.acquire(patience()).value(); },
         {},
         [](world& w) { w.let_hold(w.gate); },
         [](world& w) { return w.waiter_got_it() && is_in_order(w.gate); }});
    add({"acquire two, asleep until one is released",
         [](world& w) {
             (void)kobj::wait_all({w.other.get(), w.gate.get()}, patience()).value();
         },
         {},
         [](world& w) { w.let_hold(w.gate); },
         [](world& w) { return w.waiter_got_it() && both_in_order(w); }});
    add({"signal and wait",
         [](world& w) { (void)kobj::signal_and_wait(w.automatic.get(), w.gate.get()).value(); },
         {},
         {},
         [](world& w) {
             w.automatic.reset().value();
             return is_in_order(w.gate);
         }});
    add({"signal and wait, with a waiter",
         [](world& w) { (void)kobj::signal_and_wait(w.automatic.get(), w.gate.get()).value(); },
         {},
         [](world& w) { w.let_wait(w.automatic); },
         [](world& w) {
             w.automatic.set().value();
             const bool got = w.waiter_got_it();
             w.automatic.reset().value();
             return got && is_in_order(w.gate);
         }});
    add({"release and wait, with a waiter",
         [](world& w) { (void)kobj::signal_and_wait(w.gate.get(), w.manual.get(), 1ms).value(); },
         [](world& w) { w.gate.acquire().value(); }, [](world& w) { w.let_wait(w.gate); },
         [](world& w) { return w.waiter_got_it() && is_in_order(w.gate); }});

    add({"create a wait set", make_set});
    add({"add to a wait set", [](world& w) { w.set->add(w.gate.get(), 1).value(); }, make_set, {}, gate_in_order});
    add({"add to a wait set, with a waiter", [](world& w) { w.set->add(w.automatic.get(), 1).value(); }, make_set,
         [](world& w) { w.let_wait(w.automatic); },
         [](world& w) {
             w.automatic.set().value();
             const bool got = w.waiter_got_it();
             w.automatic.reset().value();
             return got;
         }});
    add({"remove from a wait set", [](world& w) { w.set->remove(1).value(); }, make_set_of_both, {}, both_in_order});
    add({"wait for a wait set", [](world& w) { (void)w.set->wait().value(); }, make_set_of_both, {}, both_in_order});
    add({"wait for a wait set and pause it",
         [](world& w) { (void)w.set->wait_and_pause().value(); },
         make_set_of_both,
         {},
         both_in_order});
    add({"resume in a wait set",
         [](world& w) { w.set->resume(1).value(); },
         [](world& w) {
             make_set(w);
             w.set->add(w.units.get(), 1).value();
             (void)w.set->wait_and_pause().value();
         },
         {},
         [](world& w) { return units_between(w, 0, 1); }});
    add({"wait for a wait set, asleep until the time is over", [](world& w) { (void)w.set->wait(2ms).value(); },
         [](world& w) {
             make_set(w);
             w.set->add(w.manual.get(), 1).value();
         }});
    add({"destroy a wait set", [](world& w) { w.set.reset(); }, make_set_of_both, {}, both_in_order});
    add({"acquire what is in a wait set",
         [](world& w) { w.gate.acquire().value(); },
         make_set_of_both,
         {},
         both_in_order});
    add({"release what is in a wait set",
         [](world& w) { w.gate.release().value(); },
         [](world& w) {
             make_set_of_both(w);
             w.gate.acquire().value();
         },
         {},
         both_in_order});
    add({"open a native descriptor", [](world& w) {
             static kobj::native_event_fd fd;
             fd = kobj::native_event_fd::open(w.manual.get()).value();
         }});
}

}  // namespace test
