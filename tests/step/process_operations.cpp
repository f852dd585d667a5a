#include "operation.hpp"

#include "support/eventually.hpp"

#include "posix/process/attach.hpp"

#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include <sys/wait.h>
#include <unistd.h>

// Processes and threads.

namespace test {

using namespace std::chrono_literals;

namespace {

bool gate_in_order(world& w) {
    return is_in_order(w.gate);
}
// Not through the handle in the dead one's table.
bool peer_runs(world& w) {
    return w.peer.exit_code().value() == 259;
}

// With what it has inherited, a handle of its own, a view and a mutex that it owns.
[[noreturn]] void become_another_program(world& w) {
    w.gate.acquire().value();
    w.mutex = kobj::mutex::create({.name = "step: before exec"}).value();
    w.view = w.memory.map<char>().value();
    execl("/bin/sleep", "sleep", "100", nullptr);
    _exit(2);
}
bool nothing_is_left_of_it(world& w) {
    return is_in_order(w.gate) && error_of(kobj::mutex::open("step: before exec")) == kobj::errc::file_not_found;
}

}  // namespace

void add_process_operations(std::vector<operation>& all) {
    const auto add = [&](operation each) { all.push_back(std::move(each)); };

    add({"start a thread", [](world& w) { w.thread = kobj::thread::start([] { pause(); }).value(); }});
    add({"start a suspended thread",
         [](world& w) { w.thread = kobj::thread::start([] { pause(); }, {.suspended = true}).value(); }});
    add({"resume a thread", [](world& w) { (void)w.thread->resume().value(); },
         [](world& w) { w.thread = kobj::thread::start([] { pause(); }, {.suspended = true}).value(); }});
    // It has stopped: nothing is waited for, so each time the steps are the same.
    const auto start_twice_suspended = [](world& w) {
        w.thread = kobj::thread::start([] { pause(); }, {.suspended = true}).value();
        (void)w.thread->suspend().value();
    };
    add({"suspend a thread further", [](world& w) { (void)w.thread->suspend().value(); }, start_twice_suspended});
    add({"resume a thread once of twice", [](world& w) { (void)w.thread->resume().value(); }, start_twice_suspended});
    add({"open a thread", [](world& w) { w.thread = kobj::thread::open(kobj::thread::current_id()).value(); }});
    add({"wait for the end of a thread", [](world& w) { (void)w.thread->wait(patience()).value(); },
         [](world& w) { w.thread = kobj::thread::start([] {}).value(); }});
    add({"start a process",
         [](world& w) { w.process = kobj::process::start({"/bin/true"}, {.inherit = kobj::inherit::all}).value(); }});
    add({"start a process that inherits a list",
         [](world& w) {
             w.process =
                 kobj::process::start({"/bin/true"}, {.inherit = kobj::inherit::list, .handles = {w.value}}).value();
         },
         [](world& w) { w.value = w.gate.duplicate({.inheritable = true}).value().detach(); },
         {},
         gate_in_order});
    add({"start a suspended process",
         [](world& w) { w.process = kobj::process::start({"/bin/true"}, {.suspended = true}).value(); }});
    add({"resume a process", [](world& w) { (void)w.process->resume().value(); },
         [](world& w) { w.process = kobj::process::start({"/bin/true"}, {.suspended = true}).value(); }});
    add({"start a process that is not there",
         [](world&) { (void)kobj::process::start({"/bin/none such"}, {.inherit = kobj::inherit::all}); }});
    add({"terminate a process",
         [](world& w) { w.process->terminate(7).value(); },
         [](world& w) {
             w.process = kobj::process::start({"/bin/sleep", "100"}).value();
         },
         {},
         told_have_ended});
    add({"wait for the end of a process", [](world& w) { (void)w.process->wait(patience()).value(); },
         [](world& w) { w.process = kobj::process::start({"/bin/true"}).value(); }});
    add({"open a process",
         [](world& w) { w.process = kobj::process::open(w.peer.id().value()).value(); },
         {},
         {},
         peer_runs});
    add({"ask about a process",
         [](world& w) {
             (void)w.peer.id().value();
             (void)w.peer.exit_code().value();
         },
         {},
         {},
         peer_runs});
    add({"fork",
         [](world&) {
             const pid_t child = fork();
             if (child == 0) _exit(0);
             (void)waitpid(child, nullptr, 0);
         },
         {},
         {},
         gate_in_order});
    add({"become another program", become_another_program, {}, {}, nothing_is_left_of_it});
    add({"settle one that has become another program",
         [](world& w) { (void)usage_count(w.gate); },
         [](world& w) {
             const pid_t child = fork();
             if (child == 0) become_another_program(w);
             const auto program = [](const std::string& of) {
                 std::error_code none;
                 return std::filesystem::read_symlink("/proc/" + of + "/exe", none);
             };
             (void)eventually([&] { return program(std::to_string(child)) != program("self"); });
         },
         {},
         nothing_is_left_of_it});
    add({"join the session", [](world&) { (void)kobj::posix::enter(); }, {}, {}, gate_in_order, true});
    add({"leave the session",
         [](world&) { kobj::posix::detach(0); },
         [](world& w) {
             w.mutex = kobj::mutex::create({.name = "step: left"}).value();
             w.view = w.memory.map<char>().value();
             w.gate.acquire().value();
         },
         {},
         gate_in_order});
    add({"leave the session, with a waiter for what it owns", [](world&) { kobj::posix::detach(0); },
         [](world& w) { w.gate.acquire().value(); }, [](world& w) { w.let_wait(w.gate); },
         [](world& w) { return w.waiter_got_it() && is_in_order(w.gate); }});
}

const std::vector<operation>& operations() {
    static const std::vector<operation> all = [] {
        std::vector<operation> list;
        add_handle_operations(list);
        add_object_operations(list);
        add_wait_operations(list);
        add_process_operations(list);
        add_job_operations(list);
        add_windows_operations(list);
        return list;
    }();
    return all;
}

const operation& operation_called(const std::string& name) {
    const auto found = std::find_if(operations().begin(), operations().end(),
                                    [&](const operation& each) { return each.name == name; });
    if (found == operations().end()) throw std::logic_error("no operation is called " + name);
    return *found;
}

}  // namespace test
