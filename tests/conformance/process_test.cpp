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
#include <cstdint>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using kobj::errc;
using kobj::wait_status;
using test::error_of;

namespace {
struct stage {
    std::atomic<std::uint32_t> process_id;
    std::atomic<std::uint32_t> thread_id;
    std::atomic<int> leave;
};
}  // namespace

ROLE(end_with) {
    return static_cast<int>(args.number(0));
}

ROLE(tell_ids) {
    const test::shared<stage> shared(args.handle(0));
    shared->thread_id = kobj::thread::current_id();
    shared->process_id = kobj::process::current_id();
    ROLE_CHECK(kobj::process::current_id() == test::system_process_id());
    ROLE_CHECK(test::eventually([&] { return shared->leave == 1; }));
    return 0;
}

TEST_CASE("A process object tells of its process", "[process]") {
    const test::shared<stage> shared;
    auto child = test::start_role("tell_ids", {shared});
    CHECK(kobj::type_of(child.get()).value() == kobj::object_type::process);
    CHECK(kobj::access_of(child.get()).value() == kobj::access::process_all);
    CHECK(kobj::get_flags(child.get()).value() == kobj::handle_flags{});
    const std::uint32_t id = child.id().value();
    CHECK(id != kobj::process::current_id());
    const std::uint32_t thread_id = child.primary_thread().id().value();
    REQUIRE(test::eventually([&] { return shared->process_id != 0; }));
    CHECK(shared->process_id == id);
    CHECK(shared->thread_id == thread_id);
    CHECK(child.exit_code().value() == kobj::still_active);
    CHECK(child.wait(0s).value() == wait_status::timed_out);
    CHECK(child.wait(5ms).value() == wait_status::timed_out);
    CHECK(child.primary_thread().exit_code().value() == kobj::still_active);
    CHECK(child.primary_thread().wait(0s).value() == wait_status::timed_out);
    CHECK(child.resume().value() == 0);
    shared->leave = 1;
    CHECK(test::wait_for_exit(child) == 0);
}

TEST_CASE("A process object is signaled when its process has ended, and stays so", "[process]") {
    auto child = test::start_role("end_with", {7});
    CHECK(test::wait_for_exit(child) == 7);
    for (int i = 0; i < 3; ++i) {
        CHECK(child.wait(0s).value() == wait_status::signaled);
        CHECK(child.exit_code().value() == 7);
        CHECK(child.primary_thread().wait(test::patience()).value() == wait_status::signaled);
        CHECK(child.primary_thread().exit_code().value() == 7);
    }
    const auto copy = child.duplicate().value();
    const std::uint32_t id = child.id().value();
    REQUIRE(child.close());
    CHECK(copy.exit_code().value() == 7);
    CHECK(copy.id().value() == id);
    CHECK(copy.wait(0s).value() == wait_status::signaled);
}

TEST_CASE("Exit codes have 32 bits", "[process]") {
    for (const std::uint32_t code : {0U, 1U, 255U, 256U, 259U, 300U, 0x7FFF'FFFFU, 0xC000'0005U, 0xFFFF'FFFFU}) {
        INFO(code);
        CHECK(test::run_role("end_with", {code}) == code);
        CHECK(test::run_role("exit_with", {code}) == code);
    }
}

ROLE(exit_with) {
    const auto code = static_cast<std::uint32_t>(args.number(0));
    // From another thread too.
    if (code % 2 == 0) kobj::process::exit(code);
    std::thread([&] { kobj::process::exit(code); }).join();
    return 1;
}

TEST_CASE("Several threads wait for one process", "[process]") {
    const test::shared<stage> shared;
    auto child = test::start_role("tell_ids", {shared});
    std::atomic<int> signaled{0};
    std::vector<std::thread> waiters;
    for (int i = 0; i < 3; ++i)
        waiters.emplace_back([&] { signaled += child.wait(test::patience()).value() == wait_status::signaled; });
    shared->leave = 1;
    for (auto& each : waiters) each.join();
    CHECK(signaled == 3);
}

TEST_CASE("Closing the handle leaves the process running", "[process]") {
    const test::shared<stage> shared;
    std::uint32_t id = 0;
    {
        auto child = test::start_role("tell_ids", {shared});
        id = child.id().value();
    }
    REQUIRE(test::eventually([&] { return shared->process_id == id; }));
    const auto again = kobj::process::open(id).value();
    CHECK(again.exit_code().value() == kobj::still_active);
    shared->leave = 1;
    CHECK(test::wait_for_exit(again) == 0);
}

TEST_CASE("A process is opened by its id", "[process][open]") {
    const test::shared<stage> shared;
    auto child = test::start_role("tell_ids", {shared});
    const auto before = test::table();
    {
        auto opened = kobj::process::open(child.id().value()).value();
        CHECK(kobj::same_object(opened.get(), child.get()).value());
        CHECK(opened.id().value() == child.id().value());
        CHECK(kobj::access_of(opened.get()).value() == kobj::access::process_all);
        CHECK_FALSE(static_cast<bool>(opened.primary_thread()));
        CHECK(error_of(opened.resume()) == errc::invalid_handle);
        const auto narrow =
            kobj::process::open(child.id().value(), {.inheritable = true, .access = kobj::access::synchronize}).value();
        CHECK(kobj::access_of(narrow.get()).value() == kobj::access::synchronize);
        CHECK(kobj::get_flags(narrow.get()).value() == kobj::handle_flags{.inheritable = true});
        CHECK(error_of(narrow.exit_code()) == errc::access_denied);
    }
    CHECK(test::table() == before);
    shared->leave = 1;
    CHECK(test::wait_for_exit(child) == 0);
}

TEST_CASE("A process opens itself by its id", "[process][open]") {
    const auto self = kobj::process::open(kobj::process::current_id()).value();
    CHECK(kobj::same_object(self.get(), kobj::current_process()).value());
    CHECK(self.exit_code().value() == kobj::still_active);
}

TEST_CASE("There is no process of an id that nobody has", "[process][open]") {
    const auto before = test::table();
    CHECK(error_of(kobj::process::open(0)) == errc::invalid_parameter);
    CHECK(error_of(kobj::process::open(0x7FFF'FFF0)) == errc::invalid_parameter);
    CHECK(error_of(kobj::process::open(0xFFFF'FFFC)) == errc::invalid_parameter);
    CHECK(test::table() == before);
}

TEST_CASE("The executable path is this program's", "[process]") {
    const std::filesystem::path path = kobj::process::executable_path();
    CHECK(path.is_absolute());
    CHECK(std::filesystem::exists(path));
}

TEST_CASE("A process handle may be inheritable", "[process]") {
    const test::shared<stage> shared;
    auto child = test::start_role("tell_ids", {shared}, {.inherit = kobj::inherit::all, .inheritable = true});
    CHECK(kobj::get_flags(child.get()).value() == kobj::handle_flags{.inheritable = true});
    CHECK(kobj::get_flags(child.primary_thread().get()).value().inheritable == false);
    CHECK(test::run_role("wait_for", {child, shared}) == 0);
    CHECK(test::wait_for_exit(child) == 0);
}

ROLE(wait_for) {
    const auto sibling = args.adopt<kobj::process>(0);
    const test::shared<stage> shared(args.handle(1));
    ROLE_CHECK(sibling.wait(std::chrono::seconds(0)).value() == wait_status::timed_out);
    shared->leave = 1;
    ROLE_CHECK(test::wait_for_exit(sibling) == 0);
    return 0;
}

TEST_CASE("A hundred children come and go, and nothing stays behind", "[process]") {
    const auto before = test::table();
    const int rounds = test::on_wine() ? 10 : 100;
    int wrong = 0;
    for (int i = 0; i < rounds; ++i)
        wrong += test::run_role("end_with", {i + 1000}) != static_cast<std::uint32_t>(i + 1000);
    CHECK(wrong == 0);
    CHECK(test::table() == before);
}

TEST_CASE("Starting a process needs its two handles and no more", "[process]") {
    const auto before = test::table();
    {
        const auto child = test::start_role("end_with", {0});
        CHECK(test::table().size() == before.size() + 2);
        CHECK(test::wait_for_exit(child) == 0);
    }
    CHECK(test::table() == before);
}
