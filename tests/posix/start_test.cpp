#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/platform.hpp"
#include "support/role.hpp"
#include "support/scratch.hpp"
#include "support/shared.hpp"
#include "support/state.hpp"
#include "whole.hpp"

#include "posix/process/start.hpp"

#include <kobj/command_line.hpp>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <random>
#include <thread>

#include <sys/resource.h>
#include <unistd.h>

// What only POSIX has to do to start a program as Windows does.

namespace posix = kobj::posix;

namespace {

struct stage {
    std::atomic<int> started;
};

std::uint32_t run(const std::vector<std::string>& command, const posix::start_details& details) {
    const auto made = posix::start(command, {}, details).value();
    const kobj::process child{kobj::handle(made.process)};
    CHECK(kobj::close(made.thread));
    return test::wait_for_exit(child);
}

}  // namespace

ROLE(write_own_start) {
    test::write_file(args.text(0), posix::own_command_line() + "|" + posix::own_start_information());
    return getenv("KOBJ_START") == nullptr ? 3 : 4;
}

TEST_CASE("The command line and the information reach the program that was started", "[process][start]") {
    const test::scratch_directory folder;
    const std::string out = folder.file("out");
    const auto command = test::role_command("write_own_start", {out});
    const std::string text = kobj::join_command_line(command);
    CHECK(run(command, {}) == 3);
    CHECK(test::read_file(out) == text + "|");
    CHECK(run(command, {.note = {.command_line = text + "  ", .information = "7 | 8"}}) == 3);
    CHECK(test::read_file(out) == text + "  |7 | 8");
}

TEST_CASE("A program in between does not pass the command line on", "[process][start]") {
    const test::scratch_directory folder;
    const std::string out = folder.file("out");
    const auto command = test::role_command("write_own_start", {out});
    const std::string text = kobj::join_command_line(command);
    // With the PID of the shell, which is another process.
    CHECK(run({"/bin/sh", "-c", text + "; exit $?"}, {.note = {.command_line = "odd", .information = "1"}}) == 3);
    CHECK(test::read_file(out) == text + "|");
    // The shell becomes the program: the process is the one that was started, the command line is not its own.
    CHECK(run({"/bin/sh", "-c", "exec " + text}, {.note = {.command_line = "odd", .information = "1"}}) == 3);
    CHECK(test::read_file(out) == text + "|1");
}

TEST_CASE("A variable that says nothing sensible is not believed", "[process][start]") {
    const test::scratch_directory folder;
    const std::string out = folder.file("out");
    const auto command = test::role_command("write_own_start", {out});
    for (const char* value : {"", "x", "0", "0000000001 0 x", "4294967295 1 ", "1 99999999999999999999 x"}) {
        test::set_environment("KOBJ_START", value);
        CHECK(test::wait_for_exit(kobj::process::start(command).value()) == 3);
        CHECK(test::read_file(out) == kobj::join_command_line(command) + "|");
    }
    test::unset_environment("KOBJ_START");
}

ROLE(tell_group) {
    return (getpgid(0) == getpid() ? 1 : 0) | (getsid(0) == getpid() ? 2 : 0);
}

TEST_CASE("Groups and sessions of processes", "[process][start]") {
    using group = posix::os::spawn_group;
    const auto command = test::role_command("tell_group");
    CHECK(run(command, {.group = group::callers}) == 0);
    CHECK(run(command, {.group = group::own}) == 1);
    CHECK(run(command, {.group = group::session}) == 3);
}

ROLE(tell_nice) {
    return getpriority(PRIO_PROCESS, 0) + 20;
}

TEST_CASE("A priority class is a nice value", "[process][start]") {
    constexpr std::uint32_t idle = 0x40;
    constexpr std::uint32_t below_normal = 0x4000;
    const auto command = test::role_command("tell_nice");
    CHECK(run(command, {.priority_class = idle}) == 39);
    CHECK(run(command, {.priority_class = below_normal}) == 30);
}

ROLE(leave_at_once) {
    return 0;
}

// Starts children without pause.
ROLE(keep_starting) {
    const test::shared<stage> shared(args.handle(0));
    for (;;) {
        posix::start_details details;
        details.note = {.command_line = kobj::join_command_line(test::role_command("leave_at_once")) + "  ",
                        .information = "some"};
        const auto made =
            posix::start(test::role_command("leave_at_once"), {.inherit = kobj::inherit::all}, details).value();
        ++shared->started;
        kobj::close(made.process).value();
        kobj::close(made.thread).value();
    }
}

TEST_CASE("A parent killed while it starts a child leaves nothing behind", "[process][start][kill]") {
    const auto before = test::table();
    {
        const kobj::event witness = kobj::event::create({.inheritable = true}).value();
        const test::shared<stage> shared;
        std::mt19937 random(815);
        for (int round = 0; round < 15; ++round) {
            INFO("round " << round);
            shared->started = 0;
            auto parent = test::start_role("keep_starting", {shared});
            REQUIRE(test::eventually([&] { return shared->started >= 2; }));
            std::this_thread::sleep_for(std::chrono::microseconds(random() % 10'000));
            kill(static_cast<pid_t>(parent.id().value()), SIGKILL);
            CHECK(test::wait_for_exit(parent) == 128U + SIGKILL);
            CHECK(test::damage() == "");
            // The children that it had started end by themselves.
            CHECK(test::eventually([&] { return test::usage_count(witness) == 1; }));
            CHECK(test::damage() == "");
        }
    }
    CHECK(test::table() == before);
}
