#include "operation.hpp"

#include "posix/object/security.hpp"

#include <windows.h>

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstddef>

// What <windows.h> adds to the objects: timers with a routine, security descriptors, registered waits.

namespace test {

namespace {

using namespace kobj::posix;

void CALLBACK routine(LPVOID, DWORD, DWORD) {}

void set_with_routine(world& w, long long milliseconds) {
    LARGE_INTEGER due;
    due.QuadPart = -10'000 * milliseconds;
    if (!SetWaitableTimer(w.timer.get().native(), &due, 0, routine, nullptr, FALSE)) _exit(2);
}
part set_routine_in(long long milliseconds) {
    return [milliseconds](world& w) { set_with_routine(w, milliseconds); };
}
// With the death of the thread that set it the timer is cancelled.
bool timer_is_still(world& w) {
    const bool still = w.timer.wait(std::chrono::seconds(0)).value() == kobj::wait_status::timed_out;
    w.timer.set(std::chrono::hours(1)).value();
    w.timer.cancel().value();
    return still;
}
bool timer_in_order(world& w) {
    w.timer.set(std::chrono::hours(1)).value();
    w.timer.cancel().value();
    return true;
}

// Longer than one record of the text of names.
descriptor_bytes descriptor(std::byte filled_with) {
    return descriptor_bytes(700, filled_with);
}
void describe(kobj::handle_value value, std::byte filled_with) {
    change_descriptor(value, 0, [&](const descriptor_bytes&) { return descriptor(filled_with); }).value();
}
constexpr std::byte old_one{1};
constexpr std::byte new_one{2};

// The one or the other, as a whole; then none.
verdict is_described_by(std::vector<descriptor_bytes> either) {
    return [either = std::move(either)](world& w) {
        const auto found = read_descriptor(w.gate.get(), 0).value();
        change_descriptor(w.gate.get(), 0, [](const descriptor_bytes&) { return descriptor_bytes(); }).value();
        return std::find(either.begin(), either.end(), found) != either.end();
    };
}

HANDLE waiting = nullptr;
void CALLBACK ignore(PVOID, BOOLEAN) {}
void register_wait(world& w) {
    if (!RegisterWaitForSingleObject(&waiting, w.automatic.get().native(), ignore, nullptr, INFINITE,
                                     WT_EXECUTEDEFAULT))
        _exit(2);
}
bool event_in_order(world& w) {
    w.automatic.set().value();
    const bool is_set = w.automatic.wait(std::chrono::seconds(0)).value() == kobj::wait_status::signaled;
    w.automatic.reset().value();
    return is_set;
}

}  // namespace

void add_windows_operations(std::vector<operation>& all) {
    const auto add = [&](operation each) { all.push_back(std::move(each)); };
    constexpr long long hour = 3'600'000;

    add({"set a timer with a routine", set_routine_in(hour), {}, {}, timer_is_still});
    add({"set a timer with a routine again", set_routine_in(hour), set_routine_in(hour), {}, timer_is_still});
    add({"cancel a timer with a routine",
         [](world& w) { (void)CancelWaitableTimer(w.timer.get().native()); },
         set_routine_in(hour),
         {},
         timer_is_still});
    add({"run the routine of a timer",
         [](world&) { (void)SleepEx(INFINITE, TRUE); },
         set_routine_in(1),
         {},
         timer_in_order});
    add({"end a thread that has set timers with a routine",
         [](world& w) { (void)w.thread->wait().value(); },
         [](world& w) {
             w.thread = kobj::thread::start([&w] { set_with_routine(w, hour); }, {.suspended = true}).value();
             (void)w.thread->resume().value();
         },
         {},
         timer_is_still});

    add({"give a security descriptor",
         [](world& w) { describe(w.gate.get(), new_one); },
         {},
         {},
         is_described_by({{}, descriptor(new_one)})});
    add({"replace a security descriptor",
         [](world& w) { describe(w.gate.get(), new_one); },
         [](world& w) { describe(w.gate.get(), old_one); },
         {},
         is_described_by({descriptor(old_one), descriptor(new_one)})});
    add({"read a security descriptor",
         [](world& w) { (void)read_descriptor(w.gate.get(), 0).value(); },
         [](world& w) { describe(w.gate.get(), old_one); },
         {},
         is_described_by({descriptor(old_one)})});
    add({"create a mutex with a security descriptor", [](world& w) {
             const descriptor_bytes bytes = descriptor(new_one);
             const descriptor_for_new given(bytes);
             w.mutex = kobj::mutex::create().value();
         }});
    add({"close what has a security descriptor", [](world& w) { w.mutex->close().value(); },
         [](world& w) {
             w.mutex = kobj::mutex::create().value();
             describe(w.mutex->get(), old_one);
         }});

    // It sleeps in a call that is no wait for an object, and owns the mutex.
    add({"terminate a thread",
         [](world& w) { (void)TerminateThread(w.thread->get().native(), 5); },
         [](world& w) {
             std::atomic<bool> owns{false};
             w.thread = kobj::thread::start([&] {
                            w.gate.acquire().value();
                            owns = true;
                            owns.notify_one();
                            for (;;) pause();
                        }).value();
             owns.wait(false);
         },
         {},
         [](world& w) { return is_in_order(w.gate); }});

    const auto terminate_its_first_thread = [](world& w) {
        (void)TerminateThread(w.process->primary_thread().get().native(), 7);
    };
    add({"terminate a thread of another process",
         terminate_its_first_thread,
         [](world& w) { w.process = start_role("step_peer", {}); },
         {},
         told_have_ended});
    add({"terminate the only thread of a program without kobj",
         terminate_its_first_thread,
         [](world& w) {
             w.process = kobj::process::start({"/bin/sleep", "100"}).value();
         },
         {},
         told_have_ended});

    add({"register a wait", register_wait, {}, {}, event_in_order});
    add({"unregister a wait",
         [](world&) { (void)UnregisterWaitEx(waiting, INVALID_HANDLE_VALUE); },
         register_wait,
         {},
         event_in_order});
}

}  // namespace test
