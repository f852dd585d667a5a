#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/role.hpp"
#include "support/scratch.hpp"
#include "support/session.hpp"
#include "support/state.hpp"
#include "whole.hpp"

#include <kobj/kobj.hpp>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

// A process id that a dead process of the session had belongs to somebody else by now: who has it is not taken for the
// dead one, and comes to no harm. Real ids, in a PID namespace where the next one can be chosen.

using namespace std::chrono_literals;
using kobj::errc;
using test::error_of;
using test::probe;
using test::seen;

namespace {

bool may_choose_ids() {
    const bool may =
        system("unshare --pid --fork --mount-proc sh -c 'echo 100 >/proc/sys/kernel/ns_last_pid' 2>/dev/null") == 0;
    if (!may) WARN("skipped: process ids cannot be chosen here");
    return may;
}

// A child that kobj knows nothing of, with that id if it is free.
template <class Body>
pid_t fork_with_id(pid_t wanted, Body body) {
    for (int attempt = 0; attempt < 50; ++attempt) {
        if (wanted != 0) test::write_file("/proc/sys/kernel/ns_last_pid", std::to_string(wanted - 1));
        const pid_t child = fork();
        if (child == 0) body();
        if (wanted == 0 || child == wanted) return child;
        kill(child, SIGKILL);
        waitpid(child, nullptr, 0);
    }
    return 0;
}

[[noreturn]] void become(std::vector<std::string> command) {
    std::vector<char*> pointers;
    for (std::string& each : command) pointers.push_back(each.data());
    pointers.push_back(nullptr);
    execv(pointers[0], pointers.data());
    _exit(95);
}

}  // namespace

// Not started by kobj, so that its zombie does not keep its id.
ROLE(hold_and_stay) {
    const auto named = kobj::mutex::create({.name = "reused", .initially_owned = true}).value();
    auto shared = kobj::mutex::open("reused: shared").value();
    shared.acquire().value();
    test::write_file(args.text(0), "there");
    for (;;) pause();
}

ROLE(see_an_id_again) {
    const std::string there = args.text(0);
    const auto shared = kobj::mutex::create({.name = "reused: shared"}).value();
    const pid_t first = fork_with_id(0, [&] { become(test::role_command("hold_and_stay", {there})); });
    ROLE_CHECK(test::eventually([&] { return !test::read_file(there).empty(); }));
    kobj::process process = kobj::process::open(static_cast<std::uint32_t>(first)).value();
    ROLE_CHECK(probe(shared) == seen::owned);
    ROLE_CHECK(kill(first, SIGKILL) == 0 && waitpid(first, nullptr, 0) == first);
    // A start time counts hundredths of a second.
    const auto begin = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - begin < 30ms) usleep(1000);
    const bool with_kobj = args.number(1) != 0;
    const pid_t second = fork_with_id(first, [&] {
        if (with_kobj) become(test::role_command("stay_a_stranger"));
        become({"/bin/sleep", "1000"});
    });
    ROLE_CHECK(second == first);
    if (args.number(2) != 0) {
        // The first to notice is who would kill it.
        const auto answer = process.terminate(1);
        ROLE_CHECK(error_of(answer) == errc::access_denied);
    }
    ROLE_CHECK(process.wait(0s).value() == kobj::wait_status::signaled);
    ROLE_CHECK(process.exit_code().value() != kobj::still_active);
    ROLE_CHECK(error_of(kobj::mutex::open("reused")) == errc::file_not_found);
    ROLE_CHECK(probe(shared) == seen::abandoned);
    // Once the new process has become its program, which closes the copies of the fork.
    ROLE_CHECK(test::eventually([&] { return test::usage_count(shared) == 1; }));
    ROLE_CHECK(error_of(process.terminate(1)) == errc::access_denied);
    ROLE_CHECK(kill(second, 0) == 0 && waitpid(second, nullptr, WNOHANG) == 0);
    ROLE_CHECK(test::damage() == "");
    kill(second, SIGKILL);
    waitpid(second, nullptr, 0);
    return 0;
}

ROLE(stay_a_stranger) {
    (void)kobj::mutex::create().value();
    for (;;) pause();
}

TEST_CASE("An id that is used again is another process", "[process][pid_reuse]") {
    if (!may_choose_ids()) return;
    const int with_kobj = GENERATE(0, 1);
    const int terminate_first = GENERATE(0, 1);
    CAPTURE(with_kobj, terminate_first);
    const test::own_session session;
    const test::scratch_directory folder;
    std::vector<std::string> command{"unshare", "--pid", "--fork", "--mount-proc"};
    for (const std::string& part :
         test::role_command("see_an_id_again", {folder.file("there"), with_kobj, terminate_first}))
        command.push_back(part);
    const auto child = kobj::process::start(command, session.options()).value();
    CHECK(test::wait_for_exit(child) == 0);
}
