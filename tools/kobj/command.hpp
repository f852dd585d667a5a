#pragma once

#include <CLI/App.hpp>

// The commands of `kobj`, one file each. Each adds itself to the program, and sets the program's exit code when it
// runs.
namespace kobj::tool {

/// Where the arena is that a command reads.
struct source {
    std::string session;
    std::string file;
    bool given = false;  ///< by name, also an empty one
};
/// Adds --session and --arena.
void add_source(CLI::App& command, source& where);

void add_check(CLI::App& program, int& exit_code);

}  // namespace kobj::tool
