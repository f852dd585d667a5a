#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/role.hpp"
#include "support/scratch.hpp"
#include "support/session.hpp"
#include "support/waiter.hpp"
#include "tool/tool.hpp"

#include <kobj/kobj.hpp>

#include "posix/arena/layout.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

// kobj trace: what happens in a session.

using namespace std::chrono_literals;
using nlohmann::json;
using test::kobj_tool;

namespace {

// Notes what happens as long as it lives. In a session of its own, for others would fill the ring.
class noting {
public:
    explicit noting(std::string session) : session_(std::move(session)) {
        REQUIRE(kobj_tool("trace --start" + session_).code == 0);
    }
    noting(const noting&) = delete;
    noting& operator=(const noting&) = delete;
    ~noting() { kobj_tool("trace --stop" + session_); }

private:
    std::string session_;
};

std::string option_of(const test::own_session& session) {
    return " --session " + session.path().substr(session.path().rfind('.') + 1);
}

// Has somebody begun to trace?
bool is_traced(const test::own_session& session) {
    std::ifstream arena(session.path(), std::ios::binary);
    std::uint64_t until = 0;
    arena.seekg(offsetof(kobj::posix::arena_header, trace_until));
    arena.read(reinterpret_cast<char*>(&until), sizeof until);
    return arena && until != 0;
}

std::vector<json> lines_of(const std::string& text) {
    std::vector<json> all;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) all.push_back(json::parse(line));
    return all;
}

std::vector<json> shown(const std::string& option) {
    const auto answer = kobj_tool("trace --show --json" + option);
    REQUIRE(answer.code == 0);
    return lines_of(answer.text);
}

// What happened to the object of that name, in words and in order.
std::vector<std::string> story_of(const std::vector<json>& events, const std::string& name) {
    std::vector<std::string> story;
    for (const json& e : events) {
        if (e.contains("name") && e["name"] == name) story.push_back(e["event"]);
    }
    return story;
}

}  // namespace

// Says by a file that it is there, and goes on when there is a second one.
ROLE(traced_life) {
    const auto stay = kobj::event::create().value();
    test::write_file(args.text(0), "here");
    ROLE_CHECK(test::eventually([&] { return test::read_file(args.text(1)) == "go"; }));
    auto gate = kobj::mutex::create({.name = "traced gate"}).value();
    gate.acquire().value();
    gate.release().value();
    auto bell = kobj::event::create({.name = "traced bell"}).value();
    std::thread waits([&] { bell.wait().value(); });
    test::until_waiting(bell);
    bell.set().value();
    waits.join();
    auto units = kobj::semaphore::create(0, 5, {.name = "traced units"}).value();
    units.release(3).value();
    ROLE_CHECK(units.acquire(0s).value() == kobj::wait_status::signaled);
    const auto again = kobj::mutex::open("traced gate").value();
    const auto copy = kobj::duplicate(again.get()).value();
    std::thread holds([&] { gate.acquire().value(); });
    holds.join();
    (void)gate.acquire().value();
    gate.release().value();
    (void)bell.wait(20ms).value();
    return 0;
}

namespace {

struct life {
    test::own_session session;
    test::scratch_directory scratch;
    kobj::process child =
        test::start_role("traced_life", {scratch.file("here"), scratch.file("go")}, session.options());
    std::string option = option_of(session);

    life() {
        REQUIRE(test::eventually([&] { return test::read_file(scratch.file("here")) == "here"; }));
    }
    void go() const { test::write_file(scratch.file("go"), "go"); }
};

}  // namespace

TEST_CASE("What happens is noted in order, while it is asked for", "[tool][trace][process]") {
    life one;
    // Somebody else is there, so that the session outlives the child.
    const test::scratch_directory other;
    auto witness = test::start_role("traced_life", {other.file("here"), other.file("go")}, one.session.options());
    REQUIRE(test::eventually([&] { return test::read_file(other.file("here")) == "here"; }));
    CHECK(shown(one.option).empty());
    {
        const noting on(one.option);
        one.go();
        CHECK(test::wait_for_exit(one.child) == 0);
    }
    const auto events = shown(one.option);
    CHECK(story_of(events, "traced gate") == std::vector<std::string>{"creates", "gets", "releases", "opens",
                                                                      "duplicates", "gets", "gets abandoned",
                                                                      "releases", "closes", "closes", "closes"});
    CHECK(story_of(events, "traced bell") ==
          std::vector<std::string>{"creates", "waits", "sets", "gets", "waits", "times out", "closes"});
    CHECK(story_of(events, "traced units") == std::vector<std::string>{"creates", "releases", "gets", "closes"});
    std::uint64_t time = 0;
    std::uint64_t number = 0;
    std::map<std::string, json> threads;
    for (const json& e : events) {
        CHECK(e["time_ns"] >= time);
        CHECK(e["number"] > number);
        time = e["time_ns"];
        number = e["number"];
        CHECK(e["process"] == one.child.id().value());
        if (e.contains("name") && e["name"] == "traced bell" && threads.count(e["event"]) == 0)
            threads[e["event"]] = e["thread"];
    }
    // Of the thread that waited, also what another one did for it.
    CHECK(threads["waits"] == threads["gets"]);
    CHECK(threads["waits"] != threads["sets"]);

    // It is off: nothing more is noted.
    test::write_file(other.file("go"), "go");
    CHECK(test::wait_for_exit(witness) == 0);
}

TEST_CASE("Nothing is noted once it is off, and objects have their quick ways again", "[tool][trace][process]") {
    const test::own_session session;
    const test::scratch_directory scratch;
    auto child = test::start_role("traced_life", {scratch.file("here"), scratch.file("go")}, session.options());
    REQUIRE(test::eventually([&] { return test::read_file(scratch.file("here")) == "here"; }));
    const std::string option = option_of(session);
    { const noting on(option); }
    const std::size_t before = shown(option).size();
    const test::scratch_directory second;
    auto other = test::start_role("traced_life", {second.file("here"), second.file("go")}, session.options());
    test::write_file(second.file("go"), "go");
    CHECK(test::wait_for_exit(other) == 0);
    CHECK(shown(option).size() == before);
    CHECK(kobj_tool("check" + option).code == 0);
    test::write_file(scratch.file("go"), "go");
    CHECK(test::wait_for_exit(child) == 0);
}

TEST_CASE("It is followed live, and drawn for Perfetto", "[tool][trace][process]") {
    life one;
    const test::scratch_directory scratch;
    const std::string file = scratch.file("trace.json");
    std::thread goes([&] {
        test::eventually([&] { return is_traced(one.session); });
        one.go();
    });
    const bool as_picture = GENERATE(false, true);
    const auto answer =
        kobj_tool("trace --for 2" + one.option + (as_picture ? " --chrome " + file : std::string(" --json")));
    goes.join();
    CHECK(test::wait_for_exit(one.child) == 0);
    INFO(answer.text);
    REQUIRE(answer.code == 0);
    if (!as_picture) {
        const auto events = lines_of(answer.text);
        CHECK(story_of(events, "traced units") == std::vector<std::string>{"creates", "releases", "gets", "closes"});
        CHECK(events.back()["event"] == "ends");
        return;
    }
    const json picture = json::parse(test::read_file(file));
    std::map<std::string, int> phases;
    bool waits = false;
    bool arrow = false;
    for (const json& e : picture["traceEvents"]) {
        const std::string phase = e["ph"];
        ++phases[phase];
        CHECK(e.contains("pid"));
        CHECK(e.contains("ts"));
        if (phase == "X") CHECK(e["dur"] >= 0.0);
        waits = waits || (phase == "X" && e["name"] == "waits for event \"traced bell\"" && e["args"]["end"] == "gets");
        arrow = arrow || (phase == "f" && e["name"] == "wakes");
    }
    CHECK(waits);
    CHECK(arrow);
    CHECK(phases["b"] == phases["e"]);
    CHECK(phases["b"] == 3);
    CHECK(phases["s"] == phases["f"]);
    CHECK(phases["M"] > 0);
}

// Does much until it is killed; says by a file when it is at it.
ROLE(traced_crowd) {
    for (int i = 0;; ++i) {
        auto gate = kobj::mutex::create({.name = "crowd"}).value();
        (void)gate.acquire(1ms);
        (void)gate.release();
        (void)kobj::event::create();
        if (i == 20) test::write_file(args.text(0), "busy");
    }
}

namespace {

// Does each mutex have one owner at a time? What a killed process did last may be missing.
void check_owners(const std::vector<json>& events) {
    std::map<std::uint32_t, std::size_t> last;
    for (std::size_t i = 0; i < events.size(); ++i) {
        const std::string what = events[i].value("event", "");
        // That it has ended and what it had open is closed others note for it.
        if (what == "gets" || what == "releases") last[events[i].value("process", 0U)] = i;
    }
    struct holding {
        std::uint32_t process;
        std::size_t since;
    };
    std::map<std::string, holding> owner;
    std::uint64_t number = 0;
    bool in_order = true;
    for (std::size_t i = 0; i < events.size(); ++i) {
        const json& e = events[i];
        if (!e.contains("event")) {
            owner.clear();  // some events are lost or torn
            continue;
        }
        in_order = in_order && e["number"] > number;
        number = e["number"];
        if (e.value("type", "") != "mutex") continue;
        const std::string which = e["object"].dump() + e["generation"].dump();
        const auto found = owner.find(which);
        if (e["event"] == "gets" && found != owner.end() && last[found->second.process] > found->second.since) {
            INFO(e.dump());
            FAIL_CHECK("it has an owner, who goes on: " << events[found->second.since].dump());
        }
        if (e["event"] == "gets" || e["event"] == "gets abandoned") owner[which] = {e.value("process", 0U), i};
        if (e["event"] == "releases") owner.erase(which);
    }
    CHECK(in_order);
    CHECK(number > 0);
}

}  // namespace

TEST_CASE("What the killed leave half written is left out, and a copy is read like a session", "[tool][trace][kill]") {
    life one;
    const noting on(one.option);
    for (int round = 0; round < 10; ++round) {
        const test::scratch_directory signs;
        auto first = test::start_role("traced_crowd", {signs.file("first")}, one.session.options());
        auto second = test::start_role("traced_crowd", {signs.file("second")}, one.session.options());
        REQUIRE(test::eventually([&] {
            return test::read_file(signs.file("first")) == "busy" && test::read_file(signs.file("second")) == "busy";
        }));
        test::kill_hard(first);
        test::kill_hard(second);
        CHECK(kobj_tool("check" + one.option).code == 0);
        check_owners(shown(one.option));
    }
    const test::scratch_directory scratch;
    const std::string copy = scratch.file("arena");
    REQUIRE(std::system(("cp --sparse=always " + one.session.path() + ' ' + copy).c_str()) == 0);
    const auto answer = kobj_tool("trace --show --arena " + copy);
    CHECK(answer.code == 0);
    CHECK(answer.has("mutex \"crowd\""));
    REQUIRE(std::system(("truncate -s 3000 " + copy).c_str()) == 0);
    CHECK(kobj_tool("trace --show --arena " + copy).has("cut short"));
    test::write_file(copy, std::string(300'000, 'x'));
    CHECK(kobj_tool("trace --show --arena " + copy).has("not an arena"));
    one.go();
    CHECK(test::wait_for_exit(one.child) == 0);
}

TEST_CASE("It ends by itself when the one who asked for it was killed", "[tool][trace][kill]") {
    life one;
    const std::string command = std::string("exec ") + KOBJ_TOOL + " trace" + one.option + " > /dev/null";
    const pid_t id = fork();
    if (id == 0) {
        execl("/bin/sh", "sh", "-c", command.c_str(), static_cast<char*>(nullptr));
        _exit(127);
    }
    const auto newest = [&] {
        const auto events = shown(one.option);
        return events.empty() ? 0 : events.back()["number"].get<std::uint64_t>();
    };
    const auto does_something = [&] { return test::run_role("traced_once", {}, one.session.options()) == 0; };
    REQUIRE(test::eventually([&] { return does_something() && newest() != 0; }));
    ::kill(id, SIGKILL);
    CHECK(test::eventually([&] {
        const std::uint64_t before = newest();
        return does_something() && newest() == before;
    }));
    one.go();
    CHECK(test::wait_for_exit(one.child) == 0);
}

ROLE(traced_once) {
    return kobj::event::create().has_value() ? 0 : 1;
}
