#include "support/catch.hpp"
#include "tool/tool.hpp"

#include <kobj/kobj.hpp>

#include <algorithm>
#include <cstdlib>
#include <string>

#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

// How the lines of the program kobj look on a terminal.

namespace {

// What it writes to a terminal of that many columns, without carriage returns.
std::string on_terminal(unsigned short columns, const char* arguments, const char* variable = nullptr) {
    winsize size{};
    size.ws_col = columns;
    size.ws_row = 24;
    int terminal = -1;
    const pid_t child = forkpty(&terminal, nullptr, nullptr, &size);
    REQUIRE(child >= 0);
    if (child == 0) {
        unsetenv("COLUMNS");
        unsetenv("NO_COLOR");
        setenv("TERM", "xterm", 1);
        if (variable != nullptr) putenv(const_cast<char*>(variable));
        execl("/bin/sh", "sh", "-c", (std::string(KOBJ_TOOL) + ' ' + arguments).c_str(), nullptr);
        _exit(127);
    }
    std::string said;
    char part[4096];
    // At its end a terminal gives an error.
    for (ssize_t got = 0; (got = read(terminal, part, sizeof part)) > 0;)
        said.append(part, static_cast<std::size_t>(got));
    close(terminal);
    int status = -1;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    said.erase(std::remove(said.begin(), said.end(), '\r'), said.end());
    return said;
}

}  // namespace

TEST_CASE("On a terminal lines end at its edge and heads are bold", "[tool][style]") {
    const auto event = kobj::event::create({.name = "an event with a rather long name for a terminal"}).value();
    const std::string handles = "handles " + std::to_string(getpid());
    const std::string wide = on_terminal(500, handles.c_str());
    CHECK(wide.find("a rather long name for a terminal") != std::string::npos);
    CHECK(wide.find("\x1b[1m") != std::string::npos);
    const std::string narrow = on_terminal(30, handles.c_str(), "NO_COLOR=1");
    CHECK(narrow.find("a rather long name for a terminal") == std::string::npos);
    CHECK(narrow.find('\x1b') == std::string::npos);
    CHECK(narrow.find("\u2026\n") != std::string::npos);
    CHECK(on_terminal(30, handles.c_str(), "COLUMNS=500").find("long name for a terminal") != std::string::npos);
    // Not in a pipe, whatever the variables say.
    CHECK(test::kobj_tool(handles).has("a rather long name for a terminal"));
    CHECK_FALSE(test::kobj_tool(handles).has("\x1b"));
}
