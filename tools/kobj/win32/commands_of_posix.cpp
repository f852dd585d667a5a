#define FMT_HEADER_ONLY
#include <fmt/format.h>

#include <memory>

#include "command.hpp"
#include "facts/unreadable.hpp"

// What needs an arena, or what kobj notes in one. Windows has its own means.
namespace kobj::tool {

namespace {

void add(CLI::App& program, int& exit_code, const char* name, const char* what, const char* instead) {
    auto* command = program.add_subcommand(name, what);
    command->footer(fmt::format("Not on Windows: {}.", instead));
    command->allow_extras();
    auto asked = std::make_shared<question>();
    command->add_flag("--json", asked->json, "As JSON");
    command->callback([=, &exit_code] {
        exit_code = answer(*command, *asked, [&]() -> int {
            throw facts::unreadable(fmt::format("Windows does not tell that: {}", instead));
        });
    });
}

}  // namespace

void add_check(CLI::App& program, int& exit_code) {
    add(program, exit_code, "check", "Whether the shared memory is whole",
        "its kernel keeps the objects, there is no shared memory of kobj's");
}
void add_clean(CLI::App& program, int& exit_code) {
    add(program, exit_code, "clean", "Removes what killed processes have left", "its kernel leaves nothing");
}
void add_doctor(CLI::App& program, int& exit_code) {
    add(program, exit_code, "doctor", "Why processes do not see each other's objects",
        "its processes share the objects of their logon session, see WinObj");
}
void add_run(CLI::App& program, int& exit_code) {
    add(program, exit_code, "run", "Runs a program with checks of its handles", "Application Verifier checks handles");
}
void add_top(CLI::App& program, int& exit_code) {
    add(program, exit_code, "top", "What goes on, live", "Process Explorer shows handle counts live");
}
void add_trace(CLI::App& program, int& exit_code) {
    add(program, exit_code, "trace", "What happens, event by event", "Event Tracing for Windows has an object trace");
}

}  // namespace kobj::tool
