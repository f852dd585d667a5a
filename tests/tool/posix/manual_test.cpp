#include "support/catch.hpp"
#include "support/scratch.hpp"
#include "tool/tool.hpp"

#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

// The manual page and the completions, which are made of the commands' help.

using test::kobj_tool;

namespace {

// The names below the line "Subcommands:".
std::vector<std::string> commands() {
    std::vector<std::string> names;
    std::istringstream help(kobj_tool("--help").text);
    bool listed = false;
    for (std::string line; std::getline(help, line);) {
        std::istringstream words(line);
        std::string name;
        if (listed && words >> name && line.starts_with("  ")) names.push_back(name);
        listed = listed ? !line.empty() : line == "Subcommands:";
    }
    return names;
}

bool is_there(const std::string& program) {
    return std::system(("command -v " + program + " >/dev/null").c_str()) == 0;
}

// What bash offers for the last of the words.
std::string offered(const std::string& script, const std::string& words, int last) {
    const test::scratch_directory scratch;
    const std::string said = scratch.file("said");
    const std::string line = "bash -c 'kobj() { " + std::string(KOBJ_TOOL) + " \"$@\"; }; source " + script +
                             "; COMP_WORDS=(kobj " + words + "); COMP_CWORD=" + std::to_string(last) +
                             "; _kobj; echo \"${COMPREPLY[*]}\"' >" + said;
    if (std::system(line.c_str()) != 0) return "bash says no";
    return test::read_file(said);
}

}  // namespace

TEST_CASE("The manual page has each command and its options", "[tool][manual]") {
    const auto page = kobj_tool("--man");
    CHECK(page.code == 0);
    const auto names = commands();
    REQUIRE(names.size() >= 10);
    for (const std::string& name : names) {
        CAPTURE(name);
        CHECK(page.has("\\fBkobj\\fR " + name));
        CHECK(page.has(".SS " + name));
        CHECK(page.has("  kobj " + name));
    }
    CHECK(page.has("\\fB\\-\\-dry\\-run\\fR"));
    if (is_there("man")) {
        const test::scratch_directory scratch;
        test::write_file(scratch.file("kobj.1"), page.text);
        CHECK(std::system(("MANWIDTH=100 man --warnings -l " + scratch.file("kobj.1") + " 2>&1 >/dev/null | (! grep .)")
                              .c_str()) == 0);
    }
}

TEST_CASE("Shells complete the commands and their options", "[tool][manual]") {
    const test::scratch_directory scratch;
    for (const std::string shell : {"bash", "zsh", "fish"}) {
        CAPTURE(shell);
        const auto script = kobj_tool("--completion " + shell);
        CHECK(script.code == 0);
        for (const std::string& name : commands()) CHECK(script.has(name));
        const std::string file = scratch.file(shell);
        test::write_file(file, script.text);
        if (is_there(shell)) CHECK(std::system((shell + " -n " + file).c_str()) == 0);
    }
    CHECK(kobj_tool("--completion tcsh").code == 2);
    const std::string bash = scratch.file("bash");
    CHECK(offered(bash, "dead", 1) == "deadlocks\n");
    CHECK(offered(bash, "clean --dr", 2) == "--dry-run\n");
    CHECK(offered(bash, "graph --output " + bash, 3) == bash + "\n");
    CHECK(offered(bash, "clean --html", 2) == "\n");
}
