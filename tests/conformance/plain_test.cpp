#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/platform.hpp"
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

using namespace std::chrono_literals;
using kobj::errc;
using kobj::inherit;
using kobj::wait_status;
using test::error_of;
using test::usage_count;

// Children that do not use kobj.

namespace {

struct stage {
    std::atomic<int> ready;
    std::atomic<int> leave;
    std::atomic<unsigned> count;
};

std::vector<std::string> plain(const std::string& verb, const std::vector<std::string>& more) {
    std::vector<std::string> command{test::plain_program(), verb};
    command.insert(command.end(), more.begin(), more.end());
    return command;
}

}  // namespace

ROLE(report_count) {
    const test::shared<stage> shared(args.handle(0));
    const auto gate = args.adopt<kobj::mutex>(1);
    shared->count = test::usage_count(gate);
    shared->ready = 1;
    ROLE_CHECK(test::eventually([&] { return shared->leave == 1; }));
    return 6;
}

TEST_CASE("A program without kobj is started, waited for, and gives its exit code", "[plain]") {
    for (const std::uint32_t code : {0U, 1U, 255U}) {
        auto child = kobj::process::start(plain("exit", {std::to_string(code)})).value();
        CHECK(test::wait_for_exit(child) == code);
        CHECK(child.exit_code().value() == code);
    }
    // The other bits never reach the parent on POSIX: docs/deviations.md.
    auto child = kobj::process::start(plain("exit", {"300"})).value();
    CHECK(test::wait_for_exit(child) == (test::on_windows ? 300U : 300U % 256));
}

TEST_CASE("A program without kobj is terminated with a code of 32 bits", "[plain][terminate]") {
    const test::scratch_directory folder;
    auto child = kobj::process::start(plain("stay", {folder.file("here")})).value();
    REQUIRE(test::eventually([&] { return std::filesystem::exists(folder.file("here")); }));
    CHECK(child.exit_code().value() == kobj::still_active);
    REQUIRE(child.terminate(0xC000'0005));
    CHECK(test::wait_for_exit(child) == 0xC000'0005);
}

TEST_CASE("A program without kobj holds what it inherited until it ends", "[plain][inherit]") {
    const test::scratch_directory folder;
    auto gate = kobj::mutex::create({.inheritable = true}).value();
    const kobj::mutex kept = kobj::mutex::create().value();
    auto child = kobj::process::start(plain("stay", {folder.file("here")}), {.inherit = inherit::all}).value();
    REQUIRE(test::eventually([&] { return std::filesystem::exists(folder.file("here")); }));
    CHECK(usage_count(gate) == 2);
    CHECK(usage_count(kept) == 1);
    {
        const kobj::handle theirs = kobj::duplicate_from(child.get(), gate.get()).value();
        CHECK(kobj::same_object(theirs.get(), gate.get()).value());
        CHECK(usage_count(gate) == 3);
    }
    test::kill_hard(child);
    CHECK(usage_count(gate) == 1);
    CHECK(test::probe(gate) == test::seen::free);
}

TEST_CASE("A name stays while only a program without kobj holds it", "[plain][inherit]") {
    const std::string name = test::unique_name("plain");
    const test::shared<stage> shared;
    auto gate = kobj::mutex::create({.name = name, .inheritable = true}).value();
    REQUIRE(kobj::set_inheritable(shared.get(), true));
    auto child = kobj::process::start(plain("run", test::role_command("report_count", {shared, gate})),
                                      {.inherit = inherit::all})
                     .value();
    REQUIRE(gate.close());
    REQUIRE(test::eventually([&] { return shared->ready == 1; }));
    {
        const auto again = kobj::mutex::open(name).value();
        // The plain program, the role that it started, and this.
        CHECK(usage_count(again) == 3);
    }
    shared->leave = 1;
    CHECK(test::wait_for_exit(child) == 6);
    CHECK(test::eventually([&] { return error_of(kobj::mutex::open(name)) == errc::file_not_found; }));
}

TEST_CASE("A kobj program that a program without kobj starts takes the inheritable entries", "[plain][inherit]") {
    const test::shared<stage> shared;
    const auto gate = kobj::mutex::create({.inheritable = true}).value();
    SECTION("from its parent") {
        shared->leave = 1;
        auto child = kobj::process::start(plain("run", test::role_command("report_count", {shared, gate})),
                                          {.inherit = inherit::all})
                         .value();
        CHECK(test::wait_for_exit(child) == 6);
        CHECK(shared->count == 3);
    }
    SECTION("from its grandparent") {
        shared->leave = 1;
        auto command = test::role_command("report_count", {shared, gate});
        command.insert(command.begin(), {test::plain_program(), "run"});
        auto child = kobj::process::start(plain("run", command), {.inherit = inherit::all}).value();
        CHECK(test::wait_for_exit(child) == 6);
        // On POSIX the program in between has no entry of its own: nobody could know of it.
        CHECK(shared->count == (test::on_windows ? 4U : 3U));
    }
    CHECK(usage_count(gate) == 1);
}

TEST_CASE("A program without kobj that inherits nothing holds nothing", "[plain][inherit]") {
    const auto gate = kobj::mutex::create({.inheritable = true}).value();
    auto child = kobj::process::start(plain("exit", {"0"}), {.inherit = inherit::none, .suspended = true}).value();
    CHECK(usage_count(gate) == 1);
    CHECK(child.resume().value() == 1);
    CHECK(test::wait_for_exit(child) == 0);
}
