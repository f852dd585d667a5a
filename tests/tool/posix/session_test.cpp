#include "support/catch.hpp"
#include "support/scratch.hpp"
#include "tool/tool.hpp"

#include <kobj/kobj.hpp>

#include <cstdlib>
#include <string>

// Which arena is read.

using test::kobj_tool;

TEST_CASE("A copy of an arena is read like a session", "[tool]") {
    const std::string name = test::unique_name("copied");
    const auto event = kobj::event::create({.name = name}).value();
    const std::string arena = kobj_tool("ls --json").json()["arena"];
    const test::scratch_directory scratch;
    const std::string copy = scratch.file("arena");
    REQUIRE(std::system(("cp --sparse=always " + arena + ' ' + copy).c_str()) == 0);
    const auto answer = kobj_tool("ls --arena " + copy);
    CHECK(answer.code == 0);
    CHECK(answer.has(name));
    CHECK(kobj_tool("who '" + name + "' --arena " + copy).code == 0);
    CHECK(kobj_tool("deadlocks --arena " + copy).code == 0);

    // Cut in two, and something else.
    REQUIRE(std::system(("truncate -s 5000 " + copy).c_str()) == 0);
    const auto cut = kobj_tool("ls --arena " + copy);
    CHECK(cut.code == 2);
    CHECK(cut.has("cut short"));
    test::write_file(copy, std::string(100'000, 'x'));
    const auto foreign = kobj_tool("ls --arena " + copy);
    CHECK(foreign.code == 2);
    CHECK(foreign.has("not an arena"));
}

TEST_CASE("A session that is not there is said, and each command has an example", "[tool][error]") {
    const auto event = kobj::event::create().value();
    CHECK(kobj_tool("ls --session nobody-has-this-session").has("there is no such session"));
    CHECK(kobj_tool("ls --session 'a b'").code == 2);
    CHECK(kobj_tool("ls --session nobody-has-this --json").has("\"error\""));
    for (const char* command : {"ls", "ps", "handles", "who", "why", "deadlocks", "top", "trace", "graph", "leaks",
                                "run", "check", "doctor", "clean"}) {
        const auto help = kobj_tool(std::string(command) + " --help");
        CHECK(help.code == 0);
        CHECK(help.has("  kobj " + std::string(command)));
    }
}
