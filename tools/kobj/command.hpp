#pragma once

#include <CLI/App.hpp>

#include <functional>

// The commands of `kobj`, one file each. Each adds itself to the program, and sets the program's exit code when it
// runs.
namespace kobj::tool {

/// The exit codes of all commands: everything well; the command found what it looks for, which is not well; it cannot
/// answer.
inline constexpr int all_well = 0;
inline constexpr int found_trouble = 1;
inline constexpr int cannot_answer = 2;

/// Where the arena is that a command reads.
struct source {
    std::string session;
    std::string file;
    bool given = false;  ///< by name, also an empty one
};

/// What every command that reads a session is asked.
struct question {
    source where;
    bool json = false;
};
/// Adds --session and --arena; on Windows nothing, for there the only session is that of the logon.
void add_source(CLI::App& command, source& where);
/// The same, and --json.
void add_question(CLI::App& command, question& asked);

/// Runs a command. What cannot be read is said on standard error, and as JSON if that was asked for: cannot_answer.
int answer(const CLI::App& command, const question& asked, const std::function<int()>& work);

void add_check(CLI::App& program, int& exit_code);
void add_clean(CLI::App& program, int& exit_code);
void add_deadlocks(CLI::App& program, int& exit_code);
void add_doctor(CLI::App& program, int& exit_code);
void add_graph(CLI::App& program, int& exit_code);
void add_handles(CLI::App& program, int& exit_code);
void add_leaks(CLI::App& program, int& exit_code);
void add_ls(CLI::App& program, int& exit_code);
void add_ps(CLI::App& program, int& exit_code);
void add_run(CLI::App& program, int& exit_code);
void add_top(CLI::App& program, int& exit_code);
void add_trace(CLI::App& program, int& exit_code);
void add_who(CLI::App& program, int& exit_code);
void add_why(CLI::App& program, int& exit_code);

}  // namespace kobj::tool
