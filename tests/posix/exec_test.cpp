#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/role.hpp"
#include "support/scratch.hpp"
#include "support/shared.hpp"
#include "support/state.hpp"

#include <kobj/kobj.hpp>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

using namespace std::chrono_literals;
using kobj::errc;
using kobj::wait_status;
using test::error_of;
using test::probe;
using test::seen;
using test::usage_count;

namespace {

struct stage {
    std::atomic<int> ready;
    std::atomic<int> leave;
};

[[noreturn]] void exec(std::vector<std::string> command) {
    std::vector<char*> pointers;
    for (std::string& each : command) pointers.push_back(each.data());
    pointers.push_back(nullptr);
    execv(pointers[0], pointers.data());
    _exit(95);
}

}  // namespace

// Holds a named mutex that is not inheritable, and another one locked, and becomes another program.
ROLE(become_role) {
    const auto secret = kobj::mutex::create({.name = args.text(2)}).value();
    kobj::wait(args.handle(1)).value();
    exec(test::role_command("after_exec", {args.text(0), args.text(1), secret.get(), args.text(2)}));
}

ROLE(after_exec) {
    const test::shared<stage> shared(args.handle(0));
    const auto gate = args.adopt<kobj::mutex>(1);
    ROLE_CHECK(kobj::get_flags(gate.get()).value() == kobj::handle_flags{.inheritable = true});
    ROLE_CHECK(error_of(kobj::get_flags(args.handle(2))) == errc::invalid_handle);
    ROLE_CHECK(error_of(kobj::mutex::open(args.text(3))) == errc::file_not_found);
    ROLE_CHECK(test::usage_count(gate) == 2);
    ROLE_CHECK(error_of(kobj::mutex::release(gate.get())) == errc::not_owner);
    shared->ready = 1;
    ROLE_CHECK(test::eventually([&] { return shared->leave == 1; }));
    return 300;
}

TEST_CASE("exec keeps the inheritable entries at their values and closes the rest", "[exec]") {
    const test::shared<stage> shared;
    kobj::mutex gate = kobj::mutex::create({.inheritable = true}).value();
    const std::string secret = test::unique_name("secret");
    const auto child = test::start_role("become_role", {shared, gate, secret});
    REQUIRE(test::eventually([&] { return shared->ready == 1 || child.wait(0s).value() == wait_status::signaled; }));
    CHECK(child.exit_code().value() == kobj::still_active);
    CHECK(usage_count(gate) == 2);
    // The thread that owned it is gone.
    CHECK(probe(gate) == seen::abandoned);
    shared->leave = 1;
    CHECK(test::wait_for_exit(child) == 300);
    CHECK(usage_count(gate) == 1);
}

ROLE(become_plain) {
    const auto secret = kobj::mutex::create({.name = args.text(1)}).value();
    exec({test::plain_program(), "stay", args.text(0)});
}

TEST_CASE("exec of a program without kobj keeps the inheritable entries too", "[exec][plain]") {
    const test::scratch_directory folder;
    kobj::mutex gate = kobj::mutex::create({.inheritable = true}).value();
    const std::string secret = test::unique_name("secret");
    auto child = test::start_role("become_plain", {folder.file("here"), secret});
    REQUIRE(test::eventually([&] { return std::filesystem::exists(folder.file("here")); }));
    CHECK(child.exit_code().value() == kobj::still_active);
    CHECK(usage_count(gate) == 2);
    CHECK(error_of(kobj::mutex::open(secret)) == errc::file_not_found);
    test::kill_hard(child, 12);
    CHECK(child.exit_code().value() == 12);
    CHECK(usage_count(gate) == 1);
}

ROLE(become_plain_exit) {
    exec({test::plain_program(), "exit", "77"});
}

TEST_CASE("The exit code after exec is the new program's", "[exec][plain]") {
    CHECK(test::run_role("become_plain_exit") == 77);
}

ROLE(become_plain_run) {
    auto command = test::role_command("after_plain", {args.handle(0)});
    command.insert(command.begin(), {test::plain_program(), "run"});
    exec(command);
}

ROLE(after_plain) {
    return static_cast<int>(test::usage_count(args.adopt<kobj::mutex>(0)));
}

TEST_CASE("A kobj program started by what exec became takes the inheritable entries", "[exec][plain]") {
    const kobj::mutex gate = kobj::mutex::create({.inheritable = true}).value();
    CHECK(test::run_role("become_plain_run", {gate}) == 3);
    CHECK(usage_count(gate) == 1);
}

ROLE(fork_and_become) {
    const pid_t child = fork();
    if (child == 0) exec(test::role_command("after_plain", {args.handle(0)}));
    int status = 0;
    ROLE_CHECK(waitpid(child, &status, 0) == child);
    ROLE_CHECK(WIFEXITED(status));
    return WEXITSTATUS(status);
}

TEST_CASE("fork and exec of the program's own hand the inheritable entries on", "[exec][fork]") {
    const kobj::mutex gate = kobj::mutex::create({.inheritable = true}).value();
    CHECK(test::run_role("fork_and_become", {gate}) == 3);
    CHECK(usage_count(gate) == 1);
}
