#include <kobj/version.hpp>

#include <CLI/CLI.hpp>

#include <cstdio>

#include "command.hpp"
#include "manual.hpp"

int main(int argc, char** argv) {
    CLI::App program("Looks into sessions of kobj: who shares which kernel objects, and are they in order?", "kobj");
    program.set_version_flag("--version", [] {
        return std::to_string(KOBJ_VERSION_MAJOR) + "." + std::to_string(KOBJ_VERSION_MINOR) + "." +
               std::to_string(KOBJ_VERSION_PATCH);
    });
    program.footer(
        "It does not join the session, takes no lock and, but for trace, writes nothing: it works while everything "
        "is stuck.");
    program
        .add_option_function<std::string>("--completion",
                                          [&](const std::string& shell) {
                                              const std::string text = kobj::tool::completion(program, shell);
                                              if (text.empty())
                                                  throw CLI::ValidationError("--completion", "bash, zsh or fish");
                                              std::fputs(text.c_str(), stdout);
                                              throw CLI::Success();
                                          })
        ->description("What bash, zsh or fish needs to complete command lines of kobj")
        ->type_name("SHELL");
    program
        .add_flag_callback("--man",
                           [&] {
                               std::fputs(kobj::tool::manual_page(program).c_str(), stdout);
                               throw CLI::Success();
                           })
        ->description("The manual page, for man -l -");
    program.require_subcommand(1);
    int exit_code = 0;
    kobj::tool::add_ls(program, exit_code);
    kobj::tool::add_ps(program, exit_code);
    kobj::tool::add_handles(program, exit_code);
    kobj::tool::add_top(program, exit_code);
    kobj::tool::add_trace(program, exit_code);
    kobj::tool::add_who(program, exit_code);
    kobj::tool::add_why(program, exit_code);
    kobj::tool::add_deadlocks(program, exit_code);
    kobj::tool::add_graph(program, exit_code);
    kobj::tool::add_leaks(program, exit_code);
    kobj::tool::add_run(program, exit_code);
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
