#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/role.hpp"
#include "support/scratch.hpp"
#include "tool/tool.hpp"

#include <kobj/kobj.hpp>

#include <array>
#include <cstdlib>
#include <thread>
#include <vector>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

// kobj run --verify, and kobj leaks: what the library writes down of handles, and what the program kobj makes of it.

using nlohmann::json;
using test::kobj_tool;

namespace {

// `kobj run --verify` of this program in that role: the findings, lines of JSON, and the exit code.
struct verified {
    int code = -1;
    std::vector<json> found;
};

std::string command_of(const std::string& role) {
    std::string command;
    for (const std::string& word : test::role_command(role)) command += " '" + word + "'";
    return command;
}

verified verify(const std::string& role, const std::string& options = {}) {
    const test::scratch_directory scratch;
    const std::string log = scratch.file("log");
    verified out;
    out.code = kobj_tool("run --verify --json --log " + log + ' ' + options + command_of(role)).code;
    std::istringstream lines(test::read_file(log));
    for (std::string line; std::getline(lines, line);) out.found.push_back(json::parse(line));
    return out;
}

// Is there a stack of that kind that leads through the role?
bool has_stack(const json& finding, const char* what, const std::string& role) {
    for (const json& stack : finding["stacks"]) {
        if (stack["what"] != what) continue;
        for (const json& call : stack["calls"]) {
            if (call.get<std::string>().find("role_" + role) != std::string::npos) return true;
        }
    }
    return false;
}

}  // namespace

ROLE(closes_twice) {
    const auto value = kobj::event::create().value().detach();
    kobj::close(value).value();
    return kobj::close(value) ? 1 : 7;
}

ROLE(uses_after_close) {
    const auto value = kobj::mutex::create().value().detach();
    kobj::close(value).value();
    return kobj::wait(value) ? 1 : 0;
}

ROLE(uses_null_and_never_opened) {
    for (int i = 0; i < 5; ++i) ROLE_CHECK(!kobj::wait(kobj::handle_value()));
    ROLE_CHECK(!kobj::get_flags(kobj::handle_value(0x7770)));
    return 0;
}

ROLE(uses_wrong_type) {
    const auto gate = kobj::mutex::create().value();
    const auto memory = kobj::file_mapping::create(4096).value();
    ROLE_CHECK(!kobj::event::set(gate.get()));
    ROLE_CHECK(!kobj::wait(memory.get()));
    return 0;
}

ROLE(releases_what_another_owns) {
    auto gate = kobj::mutex::create({.initially_owned = true}).value();
    bool refused = false;
    std::thread([&] { refused = !gate.release(); }).join();
    ROLE_CHECK(refused);
    gate.release().value();
    return 0;
}

ROLE(leaves_handles_open) {
    for (int i = 0; i < 3; ++i) (void)kobj::semaphore::create(1, 1).value().detach();
    return 0;
}

ROLE(makes_no_mistake) {
    auto gate = kobj::mutex::create({.name = "no mistake"}).value();
    auto ready = kobj::event::create({.inheritable = true, .manual_reset = true}).value();
    auto set = kobj::wait_set::create().value();
    set.add(ready.get(), 1).value();
    ROLE_CHECK(!kobj::mutex::open("nobody has this name"));
    auto started = kobj::thread::start([&] {
                       (void)gate.acquire().value();
                       gate.release().value();
                       ready.set().value();
                   }).value();
    (void)started.wait().value();
    (void)set.wait().value();
    const auto same = kobj::duplicate(gate.get()).value();
    // Adopting what has another type is a question.
    ROLE_CHECK(!kobj::event::adopt(gate.get()));
    return 0;
}

ROLE(has_a_child_that_closes_twice) {
    return static_cast<int>(test::run_role("closes_twice")) == 7 ? 0 : 1;
}

ROLE(is_killed) {
    (void)kobj::event::create().value().detach();
    raise(SIGKILL);
    return 0;
}

ROLE(forks_and_uses_what_was_closed) {
    const auto value = kobj::event::create().value().detach();
    kobj::close(value).value();
    const pid_t child = fork();
    if (child == 0) {
        (void)kobj::event::set(value);
        _exit(0);
    }
    int status = 1;
    ROLE_CHECK(waitpid(child, &status, 0) == child);
    return status;
}

ROLE(closes_all_descriptors) {
    (void)kobj::event::create().value();
    for (int fd = 3; fd < 1024; ++fd) close(fd);
    for (int i = 0; i < 300; ++i) (void)kobj::semaphore::create(1, 1).value().detach();
    return 0;
}

TEST_CASE("A forked child knows what its parent did", "[tool][verify]") {
    const auto seen = verify("forks_and_uses_what_was_closed");
    CHECK(seen.code == 0);
    REQUIRE(seen.found.size() == 1);
    CHECK(seen.found[0]["kind"] == "use_after_close");
    CHECK(has_stack(seen.found[0], "opened", "forks_and_uses_what_was_closed"));
    CHECK(has_stack(seen.found[0], "closed", "forks_and_uses_what_was_closed"));
}

TEST_CASE("A program that closes all descriptors is watched still", "[tool][verify]") {
    const auto seen = verify("closes_all_descriptors");
    CHECK(seen.code == 0);
    REQUIRE(seen.found.size() == 1);
    CHECK(seen.found[0]["more"].size() == 299);
}

TEST_CASE("Each mistake with a handle is told with its calls", "[tool][verify]") {
    auto seen = verify("closes_twice");
    CHECK(seen.code == 7);
    REQUIRE(seen.found.size() == 1);
    CHECK(seen.found[0]["kind"] == "double_close");
    CHECK(seen.found[0]["type"] == "event");
    for (const char* what : {"opened", "closed", "used"}) CHECK(has_stack(seen.found[0], what, "closes_twice"));

    seen = verify("uses_after_close");
    CHECK(seen.code == 0);
    REQUIRE(seen.found.size() == 1);
    CHECK(seen.found[0]["kind"] == "use_after_close");
    CHECK(has_stack(seen.found[0], "closed", "uses_after_close"));

    seen = verify("uses_null_and_never_opened");
    REQUIRE(seen.found.size() == 2);
    CHECK(seen.found[0]["kind"] == "null_handle");
    CHECK(seen.found[1]["kind"] == "never_opened");
    CHECK(seen.found[1]["handle"] == "0x7770");

    seen = verify("uses_wrong_type");
    REQUIRE(seen.found.size() == 2);
    CHECK(seen.found[0]["kind"] == "wrong_type");
    CHECK(seen.found[0]["type"] == "mutex");
    CHECK(has_stack(seen.found[0], "opened", "uses_wrong_type"));
    CHECK(seen.found[1]["type"] == "file mapping");

    seen = verify("releases_what_another_owns");
    REQUIRE(seen.found.size() == 1);
    CHECK(seen.found[0]["kind"] == "not_owner");

    seen = verify("leaves_handles_open", "--fail");
    CHECK(seen.code == 1);
    REQUIRE(seen.found.size() == 1);
    CHECK(seen.found[0]["kind"] == "leak");
    CHECK(seen.found[0]["type"] == "semaphore");
    CHECK(seen.found[0]["more"].size() == 2);
    CHECK(has_stack(seen.found[0], "opened", "leaves_handles_open"));
}

TEST_CASE("A program without mistakes is told so, and a child is looked at, too", "[tool][verify][process]") {
    const auto good = verify("makes_no_mistake", "--fail");
    CHECK(good.code == 0);
    CHECK(good.found.empty());
    const auto child = verify("has_a_child_that_closes_twice");
    CHECK(child.code == 0);
    REQUIRE(child.found.size() == 1);
    CHECK(child.found[0]["kind"] == "double_close");
    CHECK(kobj_tool("run --verify" + command_of("makes_no_mistake")).has("no mistakes with handles in 1 process"));
}

TEST_CASE("In words, and how a watched program ends", "[tool][verify]") {
    const auto told = kobj_tool("run --verify" + command_of("closes_twice"));
    CHECK(told.code == 7);
    CHECK(told.has("is closed twice"));
    CHECK(told.has("kobj run: 1 mistake\n"));
    CHECK(kobj_tool("run --verify" + command_of("is_killed")).code == 128 + SIGKILL);
    CHECK(kobj_tool("run --verify --break" + command_of("closes_twice")).code == 128 + SIGTRAP);
    CHECK(kobj_tool("run --verify true").has("nothing was checked"));
    CHECK(kobj_tool("run --verify /nowhere/at/all").code == 127);
    CHECK(kobj_tool("run --verify").code == 2);
    CHECK(kobj_tool("run --fail true").code == 2);
    CHECK(kobj_tool("run sh -c 'exit 5'").code == 5);
}

// Tells when it has opened what it leaks, and when to go on.
ROLE(leaks_on_command) {
    auto told = args.adopt<kobj::event>(0);
    auto go_on = args.adopt<kobj::event>(1);
    const auto kept = kobj::event::create().value();
    told.set().value();
    (void)go_on.wait().value();
    for (int i = 0; i < 4; ++i) (void)kobj::semaphore::create(1, 1, {.name = "leaked"}).value().detach();
    (void)kobj::mutex::create().value();
    told.set().value();
    (void)go_on.wait().value();
    return 0;
}

TEST_CASE("What is opened and not closed between two looks", "[tool][leaks][process]") {
    const bool with_stacks = GENERATE(false, true);
    CAPTURE(with_stacks);
    const test::scratch_directory scratch;
    const std::string before = scratch.file("before");
    auto told = kobj::event::create({.inheritable = true}).value();
    auto go_on = kobj::event::create({.inheritable = true}).value();
    if (with_stacks) setenv("KOBJ_HANDLE_TRACE", "1", 1);
    const auto child = test::start_role("leaks_on_command", {told, go_on});
    unsetenv("KOBJ_HANDLE_TRACE");
    (void)told.wait().value();
    const std::string leaks = "leaks " + std::to_string(child.id().value()) + ' ';
    CHECK(kobj_tool(leaks + "--save " + before).code == 0);
    CHECK(kobj_tool(leaks + "--since " + before).code == 0);
    go_on.set().value();
    (void)told.wait().value();
    const auto seen = kobj_tool(leaks + "--json --since " + before);
    CHECK(seen.code == 1);
    const json all = seen.json();
    CHECK(all["opened"] == 4);
    CHECK(all["stacks_kept"] == with_stacks);
    REQUIRE(all["groups"].size() == 1);
    const json group = all["groups"][0];
    CHECK(group["type"] == "semaphore");
    CHECK(group["name"] == "leaked");
    CHECK(group["count"] == 4);
    CHECK(group["calls"].empty() == !with_stacks);
    if (with_stacks) CHECK(group["calls"].dump().find("role_leaks_on_command") != std::string::npos);
    CHECK(kobj_tool(leaks + "--for 0.01").code == 0);
    CHECK(kobj_tool(leaks).has("handles"));
    // Of another process, and something else.
    CHECK(kobj_tool("leaks " + std::to_string(getpid()) + " --since " + before).code == 2);
    test::write_file(before, "{}");
    CHECK(kobj_tool(leaks + "--since " + before).has("not a snapshot"));
    go_on.set().value();
    CHECK(test::wait_for_exit(child) == 0);
}

TEST_CASE("The history of a killed process goes with it", "[tool][leaks][process]") {
    const std::string arena = kobj_tool("ls --json").json()["arena"];
    const auto files = [&] {
        std::size_t count = 0;
        for (const auto& file : std::filesystem::directory_iterator("/dev/shm"))
            count += file.path().string().starts_with(arena + "..h") ? 1U : 0U;
        return count;
    };
    const std::size_t others = files();
    auto told = kobj::event::create({.inheritable = true}).value();
    auto go_on = kobj::event::create({.inheritable = true}).value();
    setenv("KOBJ_HANDLE_TRACE", "1", 1);
    auto child = test::start_role("leaks_on_command", {told, go_on});
    unsetenv("KOBJ_HANDLE_TRACE");
    (void)told.wait().value();
    CHECK(files() >= others + 1);
    test::kill_hard(child);
    CHECK(kobj::inspect::usage_count(told.get()).value() == 1);
    CHECK(test::eventually([&] { return files() <= others; }));
}
