#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/role.hpp"
#include "support/session.hpp"
#include "support/state.hpp"
#include "support/watchdog.hpp"
#include "whole.hpp"

#include <kobj/kobj.hpp>

#include <random>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>
#include <cstdlib>

// All processes of a session are killed at once, and a new one comes. In a session of their own, in which the test is
// not.

using namespace std::chrono_literals;

namespace {

constexpr int members = 4;

std::string name(int i) {
    return "all killed " + std::to_string(i);
}

/// This program in a role, in a session and a process group of its own.
pid_t start_in(const std::string& session, const char* role, pid_t group, int report) {
    const std::vector<std::string> command = test::role_command(role, {report});
    const pid_t child = _Fork();
    // Both, so that it is in the group whoever is first.
    setpgid(child, group);
    if (child != 0) return child;
    setenv("KOBJ_SESSION", session.c_str(), 1);
    std::vector<char*> arguments;
    for (const std::string& each : command) arguments.push_back(const_cast<char*>(each.c_str()));
    arguments.push_back(nullptr);
    execv(arguments[0], arguments.data());
    _exit(127);
}

}  // namespace

ROLE(member_of_a_session) {
    char there = 1;
    ROLE_CHECK(write(static_cast<int>(args.number(0)), &there, 1) == 1);
    std::mt19937 random(static_cast<unsigned>(getpid()));
    for (;;) {
        auto gate = kobj::mutex::create({.name = name(static_cast<int>(random() % 3))}).value();
        const auto memory = kobj::file_mapping::create(4096, {.name = name(3 + static_cast<int>(random() % 3))});
        (void)gate.acquire(1ms);
        (void)gate.release();
        (void)kobj::process::start({"/bin/true"}, {.inherit = kobj::inherit::all});
    }
}

ROLE(newcomer) {
    ROLE_CHECK(test::damage() == "");
    for (int i = 0; i < 6; ++i) {
        ROLE_CHECK(test::error_of(kobj::mutex::open(name(i))) == kobj::errc::file_not_found);
        ROLE_CHECK(test::error_of(kobj::file_mapping::open(name(i))) == kobj::errc::file_not_found);
    }
    // Whoever asks for a usage count settles all. The children that they started end by themselves.
    const auto mine = kobj::event::create().value();
    ROLE_CHECK(test::eventually([&] {
        (void)test::usage_count(mine);
        return test::debts().find("not settled") == std::string::npos;
    }));
    for (int i = 0; i < 3; ++i) {
        auto gate = kobj::mutex::create({.name = name(i)}).value();
        ROLE_CHECK(!gate.existed());
        ROLE_CHECK(gate.acquire(0s).value() == kobj::wait_status::signaled);
    }
    ROLE_CHECK(test::damage() == "");
    return 0;
}

TEST_CASE("All processes are killed at once, and a new one comes", "[kill][all]") {
    const test::own_session own;
    const std::string session = own.path().substr(own.path().rfind('.') + 1);
    std::mt19937 random(std::random_device{}());
    for (int round = 0; round < 10; ++round) {
        test::watch("all killed, round " + std::to_string(round));
        int ends[2];
        REQUIRE(pipe(ends) == 0);
        std::vector<pid_t> all;
        for (int i = 0; i < members; ++i)
            all.push_back(start_in(session, "member_of_a_session", all.empty() ? 0 : all.front(), ends[1]));
        for (int i = 0; i < members; ++i) {
            char there = 0;
            REQUIRE(read(ends[0], &there, 1) == 1);
        }
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 20'000));
        REQUIRE(kill(-all.front(), SIGKILL) == 0);
        for (const pid_t each : all) {
            int status = 0;
            REQUIRE(waitpid(each, &status, 0) == each);
            REQUIRE(WIFSIGNALED(status));
        }
        int status = 0;
        const pid_t late = start_in(session, "newcomer", 0, 0);
        REQUIRE(waitpid(late, &status, 0) == late);
        CHECK(status == 0);
        CHECK_FALSE(own.exists());
        close(ends[0]);
        close(ends[1]);
    }
}
