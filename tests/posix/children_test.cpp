#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/role.hpp"
#include "support/scratch.hpp"
#include "support/state.hpp"

#include <kobj/kobj.hpp>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>
#include <cerrno>

using namespace std::chrono_literals;
using kobj::wait_status;

namespace {

bool in_proc(std::uint32_t id) {
    return std::filesystem::exists("/proc/" + std::to_string(id));
}

// The program's own child, and what its own waitpid says.
int own_child(int code) {
    const pid_t child = fork();
    if (child == 0) _exit(code);
    int status = 0;
    pid_t got = -1;
    do got = waitpid(child, &status, 0);
    while (got < 0 && errno == EINTR);
    return got == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string read_all(FILE* stream) {
    std::string all;
    std::array<char, 256> part{};
    while (std::fgets(part.data(), static_cast<int>(part.size()), stream) != nullptr) all += part.data();
    return all;
}

}  // namespace

ROLE(posix_end_with) {
    return static_cast<int>(args.number(0));
}

TEST_CASE("No zombie stays when the parent has closed its handles", "[children]") {
    std::vector<std::uint32_t> ids;
    for (int i = 0; i < 5; ++i) {
        auto child = test::start_role("posix_end_with", {i});
        ids.push_back(child.id().value());
        if (i % 2 == 0) (void)test::wait_for_exit(child);
    }
    for (const std::uint32_t id : ids) CHECK(test::eventually([&] { return !in_proc(id); }));
}

TEST_CASE("The program's own children are left alone", "[children]") {
    auto child = test::start_role("posix_end_with", {300});
    for (int i = 0; i < 20; ++i) {
        const int status = std::system("exit 3");
        CHECK(WIFEXITED(status));
        CHECK(WEXITSTATUS(status) == 3);
        CHECK(own_child(i) == i);
        FILE* stream = popen("echo hello; exit 4", "r");
        REQUIRE(stream != nullptr);
        CHECK(read_all(stream) == "hello\n");
        const int closed = pclose(stream);
        CHECK(WIFEXITED(closed));
        CHECK(WEXITSTATUS(closed) == 4);
    }
    CHECK(test::wait_for_exit(child) == 300);
}

// In a process of its own: it changes how signals are handled.
ROLE(ignore_child_signals) {
    std::signal(SIGCHLD, SIG_IGN);
    for (int i = 0; i < 10; ++i) {
        auto child = test::start_role("posix_end_with", {300 + i});
        ROLE_CHECK(test::wait_for_exit(child) == static_cast<std::uint32_t>(300 + i));
        ROLE_CHECK(child.wait(0s).value() == wait_status::signaled);
    }
    return 0;
}

ROLE(handle_child_signals) {
    static volatile std::sig_atomic_t signals = 0;
    struct sigaction action {};
    action.sa_handler = [](int) { signals = signals + 1; };
    ROLE_CHECK(sigaction(SIGCHLD, &action, nullptr) == 0);
    auto child = test::start_role("posix_end_with", {301});
    ROLE_CHECK(own_child(9) == 9);
    ROLE_CHECK(test::wait_for_exit(child) == 301);
    struct sigaction now {};
    ROLE_CHECK(sigaction(SIGCHLD, nullptr, &now) == 0);
    ROLE_CHECK(now.sa_handler == action.sa_handler);
    ROLE_CHECK(signals >= 1);
    return 0;
}

// Takes every status that it can get, as some programs do.
ROLE(wait_for_any) {
    for (int i = 0; i < 10; ++i) {
        auto child = test::start_role("posix_end_with", {400 + i});
        while (child.wait(0s).value() != wait_status::signaled) waitpid(-1, nullptr, WNOHANG);
        ROLE_CHECK(child.exit_code().value() == static_cast<std::uint32_t>(400 + i));
    }
    return 0;
}

TEST_CASE("A program that ignores SIGCHLD gets the exit codes", "[children]") {
    CHECK(test::run_role("ignore_child_signals") == 0);
}

TEST_CASE("A program that handles SIGCHLD gets the exit codes and keeps its handler", "[children]") {
    CHECK(test::run_role("handle_child_signals") == 0);
}

TEST_CASE("A program that waits for any child gets the exit codes", "[children]") {
    CHECK(test::run_role("wait_for_any") == 0);
}

ROLE(leave_grandchild) {
    auto grandchild = test::start_role("posix_stay", {args.text(0)});
    ROLE_CHECK(test::eventually([&] { return std::filesystem::exists(args.text(0)); }));
    return static_cast<int>(grandchild.id().value());
}

ROLE(posix_stay) {
    test::write_file(args.text(0), "");
    test::eventually([] { return false; });
    return 0;
}

TEST_CASE("A process whose parent has ended is still waited for and terminated", "[children]") {
    const test::scratch_directory folder;
    const kobj::mutex gate = kobj::mutex::create({.inheritable = true}).value();
    const std::uint32_t id = test::run_role("leave_grandchild", {folder.file("here")});
    auto orphan = kobj::process::open(id).value();
    CHECK(orphan.wait(0s).value() == wait_status::timed_out);
    CHECK(test::usage_count(gate) == 2);
    REQUIRE(orphan.terminate(0xC000'0005));
    CHECK(test::wait_for_exit(orphan) == 0xC000'0005);
    CHECK(test::usage_count(gate) == 1);
}

TEST_CASE("The descriptors of a program do not grow with the children that it starts", "[children]") {
    const auto descriptors = [] {
        const std::filesystem::directory_iterator all("/proc/self/fd");
        return std::distance(begin(all), end(all));
    };
    CHECK(test::run_role("posix_end_with", {0}) == 0);
    const auto before = descriptors();
    for (int i = 0; i < 20; ++i) CHECK(test::run_role("posix_end_with", {i}) == static_cast<std::uint32_t>(i));
    CHECK(test::eventually([&] { return descriptors() <= before; }));
}
