#include <kobj/version.hpp>

#include <CLI/CLI.hpp>

#include "command.hpp"

int main(int argc, char** argv) {
    CLI::App program("Looks into sessions of kobj: who shares which kernel objects, and are they in order?", "kobj");
    program.set_version_flag("--version", [] {
        return std::to_string(KOBJ_VERSION_MAJOR) + "." + std::to_string(KOBJ_VERSION_MINOR) + "." +
               std::to_string(KOBJ_VERSION_PATCH);
    });
    program.require_subcommand(1);
    int exit_code = 0;
    kobj::tool::add_ls(program, exit_code);
    kobj::tool::add_ps(program, exit_code);
    kobj::tool::add_handles(program, exit_code);
    kobj::tool::add_who(program, exit_code);
    kobj::tool::add_why(program, exit_code);
    kobj::tool::add_deadlocks(program, exit_code);
    kobj::tool::add_graph(program, exit_code);
    kobj::tool::add_check(program, exit_code);
    kobj::tool::add_doctor(program, exit_code);
    kobj::tool::add_clean(program, exit_code);
    try {
        program.parse(argc, argv);
    } catch (const CLI::ParseError& wrong) {
        // 2, as for what cannot be read; help and version are no errors.
        return program.exit(wrong) == 0 ? 0 : 2;
    }
    return exit_code;
}
