#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/role.hpp"
#include "support/scratch.hpp"
#include "support/session.hpp"
#include "support/state.hpp"

#include <kobj/kobj.hpp>

#include <chrono>
#include <filesystem>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

// The session's file is removed while it is in use, as systemd does (RemoveIPC) when a user logs out.

using namespace std::chrono_literals;
using kobj::errc;
using test::error_of;

ROLE(lose_session_file) {
    const auto named = kobj::mutex::create({.name = "lost"}).value();
    ROLE_CHECK(unlink(args.text(0).c_str()) == 0);
    // By name it would not find those who come: noticed within about a second.
    ROLE_CHECK(test::eventually([] { return error_of(kobj::mutex::open("lost")) == errc::file_invalid; }));
    const auto before = test::table();
    for (int i = 0; i < 3; ++i) {
        const auto made = kobj::mutex::create({.name = "lost too"});
        ROLE_CHECK(error_of(made) == errc::file_invalid);
        ROLE_CHECK(made.error().message().find(args.text(0)) != std::string::npos);
        ROLE_CHECK(made.error().message().find("removed") != std::string::npos);
    }
    ROLE_CHECK(error_of(kobj::event::open("lost too")) == errc::file_invalid);
    ROLE_CHECK(error_of(kobj::process::start({"/bin/true"})) == errc::file_invalid);
    ROLE_CHECK(test::table() == before);
    // What needs no name goes on, also in a forked child.
    auto unnamed = kobj::mutex::create().value();
    ROLE_CHECK(unnamed.acquire().value() == kobj::wait_status::signaled);
    const pid_t child = fork();
    if (child == 0) _exit(error_of(kobj::mutex::release(unnamed.get())) == errc::not_owner ? 0 : 1);
    int status = 1;
    ROLE_CHECK(waitpid(child, &status, 0) == child && status == 0);
    ROLE_CHECK(unnamed.release().has_value());
    return 0;
}

TEST_CASE("A session whose file was removed says so to those who look for names or start programs", "[removed]") {
    const test::own_session session;
    CHECK(test::run_role("lose_session_file", {session.path()}, session.options()) == 0);
    CHECK_FALSE(session.exists());
}

// Each does its part when the file of the other one is there.
ROLE(map_and_let_go) {
    auto memory = kobj::file_mapping::create(4096).value();
    test::write_file(args.text(0), "mapped");
    ROLE_CHECK(test::eventually([&] { return std::filesystem::exists(args.text(1)); }));
    ROLE_CHECK(memory.close().has_value());
    test::write_file(args.text(2), "closed");
    return 0;
}

ROLE(map_meanwhile) {
    const auto memory = kobj::file_mapping::create(4096, {.name = "meanwhile"}).value();
    test::write_file(args.text(0), "mapped");
    ROLE_CHECK(test::eventually([&] { return std::filesystem::exists(args.text(1)); }));
    ROLE_CHECK(memory.map<char>().has_value());
    return 0;
}

TEST_CASE("A session whose file was removed does not disturb the one that comes after it", "[removed]") {
    const test::own_session session;
    const test::scratch_directory folder;
    const std::string first = folder.file("first");
    const std::string second = folder.file("second");
    const std::string closed = folder.file("closed");
    const auto old = test::start_role("map_and_let_go", {first, second, closed}, session.options());
    REQUIRE(test::eventually([&] { return std::filesystem::exists(first); }));
    REQUIRE(unlink(session.path().c_str()) == 0);
    const auto fresh = test::start_role("map_meanwhile", {second, closed}, session.options());
    CHECK(test::wait_for_exit(fresh) == 0);
    CHECK(test::wait_for_exit(old) == 0);
    CHECK_FALSE(session.exists());
}
