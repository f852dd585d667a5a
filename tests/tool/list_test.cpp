#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/platform.hpp"
#include "support/role.hpp"
#include "support/scratch.hpp"
#include "support/waiter.hpp"
#include "tool.hpp"

#include <kobj/kobj.hpp>

#include <string>

// kobj ls, ps, handles, who: what is in a session.

using nlohmann::json;
using test::kobj_tool;

namespace {

// The one of an array whose member has that value.
json find(const json& all, const char* member, const json& value) {
    for (const json& one : all) {
        if (one.contains(member) && one[member] == value) return one;
    }
    FAIL(member << " = " << value << " is not in " << all);
    return {};
}

json own_handle(kobj::handle_value value) {
    const auto answer = kobj_tool("handles " + std::to_string(kobj::process::current_id()) + " --json");
    REQUIRE(answer.code == 0);
    return find(answer.json()["handles"], "handle", value.to_string());
}

}  // namespace

ROLE(waits_for_event) {
    (void)kobj::wait(args.handle(0)).value();
    return 0;
}

TEST_CASE("Each type of object is listed with its state", "[tool]") {
    const std::string name = test::unique_name("tool");
    const auto mutex = kobj::mutex::create({.name = name + " mutex", .initially_owned = true}).value();
    const auto event =
        kobj::event::create({.name = name + " event", .manual_reset = true, .initially_signaled = true}).value();
    const auto units = kobj::semaphore::create(2, 5, {.name = "Global\\" + name + " units"}).value();
    const auto timer = kobj::timer::create({.name = name + " timer"}).value();
    const auto memory = kobj::file_mapping::create(12'345, {.name = name + " memory"}).value();
    const auto copy = mutex.duplicate().value();

    const auto answer = kobj_tool("ls --json");
    REQUIRE(answer.code == 0);
    const json all = answer.json()["objects"];
    const json m = find(all, "name", name + " mutex");
    CHECK(m["type"] == "mutex");
    CHECK(m["usage_count"] == 2);
    CHECK(m["recursion"] == 1);
    // Wine does not tell whose it is.
    if (!test::on_wine()) {
        CHECK(m["owner"]["process"] == kobj::process::current_id());
        CHECK(m["owner"]["thread"] == kobj::thread::current_id());
    }
    CHECK_FALSE(m["signaled"].get<bool>());
    const json e = find(all, "name", name + " event");
    CHECK(e["signaled"].get<bool>());
    CHECK(e["manual_reset"].get<bool>());
    const json s = find(all, "name", "Global\\" + name + " units");
    CHECK(s["count"] == 2);
    CHECK(s["maximum"] == 5);
    CHECK_FALSE(find(all, "name", name + " timer")["signaled"].get<bool>());
    // Windows gives whole pages.
    CHECK(find(all, "name", name + " memory")["size"] == (test::on_windows ? 16'384 : 12'345));

    const auto text = kobj_tool("ls --type mutex");
    CHECK(text.code == 0);
    CHECK(text.has(test::on_windows ? "held by "
                                    : "held by main thread of " + std::to_string(kobj::process::current_id())));
    CHECK_FALSE(text.has(name + " event"));
}

TEST_CASE("A handle is shown with its access and its flags", "[tool]") {
    const auto event = kobj::event::create({.inheritable = true}).value();
    json seen = own_handle(event.get());
    CHECK(seen["access_in_words"] == "all");
    // A handle of another process is looked at by a duplicate, to which Wine does not copy the flags.
    CHECK(seen["inheritable"].get<bool>() == !test::on_wine());
    CHECK_FALSE(seen["protected"].get<bool>());

    const auto poor = kobj::duplicate(event.get(), {.access = kobj::access::synchronize}).value();
    kobj::set_protect_from_close(poor.get(), true).value();
    seen = own_handle(poor.get());
    CHECK(seen["access_in_words"] == "synchronize");
    CHECK_FALSE(seen["inheritable"].get<bool>());
    CHECK(seen["protected"].get<bool>() == !test::on_wine());
    CHECK(seen["usage_count"] == 2);
    kobj::set_protect_from_close(poor.get(), false).value();
}

TEST_CASE("A job is shown with its members, and a process with its job", "[tool][process]") {
    const std::string name = test::unique_name("job");
    const auto outer = kobj::job::create({.name = name}).value();
    const auto inner = kobj::job::create({.limits = {.kill_on_close = true}}).value();
    auto event = kobj::event::create({.inheritable = true}).value();
    kobj::process child = test::start_role("waits_for_event", {event},
                                           {.inherit = kobj::inherit::all, .jobs = {outer.get(), inner.get()}});
    const std::uint32_t id = child.id().value();

    const auto answer = kobj_tool("who \"" + name + "\" --json");
    REQUIRE(answer.code == 0);
    CHECK(answer.json()["type"] == "job");
    CHECK_FALSE(answer.json()["kill_on_close"].get<bool>());
    CHECK(find(answer.json()["members"], "process", id)["program"] == "kobj_tool_tests" + test::program_suffix());
    const json of_child = find(kobj_tool("ps --json").json()["processes"], "process", id);
    if (test::on_windows) {
        // Of two jobs with the same members it does not tell which is the inner one.
        CHECK(of_child.contains("job"));
        REQUIRE(event.set());
        CHECK(test::wait_for_exit(child) == 0);
        return;
    }
    const json inner_job = find(kobj_tool("ls --json").json()["objects"], "object", of_child["job"]["object"]);
    CHECK(inner_job["kill_on_close"].get<bool>());
    CHECK(inner_job["outer_job"] == answer.json()["object"]);
    CHECK(inner_job["members"].size() == 1);
    CHECK_FALSE(
        find(kobj_tool("ps --json").json()["processes"], "process", kobj::process::current_id()).contains("job"));

    const std::string number = "#" + std::to_string(of_child["job"]["object"].get<int>());
    const auto text = kobj_tool("who \"" + name + "\"");
    CHECK(text.has("1 member"));
    CHECK(text.has("MEMBER"));
    CHECK(text.has("unnamed job " + number));
    CHECK(kobj_tool("who \"" + number + "\"")
              .has("1 member, which end with the last handle, nested in job \"" + name + "\""));
    CHECK(kobj_tool("ps").has(number));
    REQUIRE(event.set());
    CHECK(test::wait_for_exit(child) == 0);
    CHECK(kobj_tool("who \"" + name + "\"").has("0 members"));
}

TEST_CASE("Who has an object open and who waits for it", "[tool][process]") {
    const std::string name = test::unique_name("who");
    auto event = kobj::event::create({.name = name, .inheritable = true}).value();
    const auto child = test::start_role("waits_for_event", {event});
    test::until_waiting(event, 1);
    const auto answer = kobj_tool("who \"" + name + "\" --json");
    REQUIRE(answer.code == 0);
    const json seen = answer.json();
    CHECK(seen["holders"].size() == 2);
    CHECK(find(seen["holders"], "process", kobj::process::current_id())["handle"] == event.get().to_string());
    CHECK(find(seen["holders"], "process", child.id().value())["handle"] == event.get().to_string());
    // Windows tells of no wait for an event.
    if (!test::on_windows) {
        REQUIRE(seen["waiters"].size() == 1);
        CHECK(seen["waiters"][0]["process"] == child.id().value());
        CHECK(seen["waiters"][0]["waited_ms"].get<int>() >= 0);
    }
    // The same by its number, and with the prefix that stands for nothing.
    const std::string number = "\"#" + std::to_string(seen["object"].get<int>()) + "\"";
    // On Windows a number is good for one look: objects come and go in all of the logon session.
    if (!test::on_windows) CHECK(kobj_tool("who " + number).has(name));
    CHECK(kobj_tool("who \"Local\\" + name + "\"").has("usage count 2"));

    const json process = find(kobj_tool("ps --json").json()["processes"], "process", child.id().value());
    if (!test::on_windows) CHECK(process["waiting_threads"] == 1);
    CHECK(process["parent"] == kobj::process::current_id());
    CHECK(process["state"] == "runs");
    event.set().value();
    CHECK(test::wait_for_exit(child) == 0);
}

TEST_CASE("What is not there is said", "[tool][error]") {
    const auto event = kobj::event::create().value();
    CHECK(kobj_tool("handles 1").code == 2);
    CHECK(kobj_tool("handles 1").has("there is no process 1"));
    CHECK(kobj_tool("why 1").code == 2);
    CHECK(kobj_tool("who nobody-has-this-name").code == 2);
    CHECK(kobj_tool("who nobody-has-this-name --json").has("\"error\""));
    CHECK(kobj_tool("nonsense").code == 2);
    CHECK(kobj_tool("--help").code == 0);
    for (const char* command : {"ls", "ps", "handles", "who", "why", "deadlocks", "top", "trace", "graph", "leaks",
                                "run", "check", "doctor", "clean"})
        CHECK(kobj_tool(std::string(command) + " --help").code == 0);
}

TEST_CASE("The picture has what several have, and a page is whole", "[tool][process]") {
    const std::string name = test::unique_name("drawn");
    auto event = kobj::event::create({.name = name + " <&>", .inheritable = true}).value();
    const auto own = kobj::event::create({.name = name + " own"}).value();
    const auto child = test::start_role("waits_for_event", {event});
    test::until_waiting(event, 1);
    const auto svg = kobj_tool("graph");
    CHECK(svg.code == 0);
    CHECK(svg.text.starts_with("<svg "));
    CHECK(svg.has(name + " &lt;&amp;>"));
    CHECK_FALSE(svg.has(name + " own"));
    CHECK(kobj_tool("graph --all").has(name + " own"));
    const auto page = kobj_tool("graph --html");
    CHECK(page.has("<!DOCTYPE html>"));
    CHECK(page.has("</html>"));
    CHECK_FALSE(page.has("src="));
    CHECK(kobj_tool("graph --output /nowhere/at/all").code == 2);
    event.set().value();
    CHECK(test::wait_for_exit(child) == 0);
}
