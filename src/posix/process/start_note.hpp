#pragma once

#include <kobj/export.hpp>

#include <string>
#include <vector>

// What a program is told beside its arguments: the command line as it was given, and the start-up information of
// <windows.h>. It travels in one environment variable. The child stamps its own PID there before exec, so that a
// program to which the variable was merely passed on does not believe it. It is taken out of the environment before
// main.
namespace kobj::posix {

struct start_note {
    std::string command_line;
    std::string information;  ///< of a form that the core does not know
};

/// The variable, and where in it the child writes its PID, in `pid_digits` digits.
struct start_variable {
    static constexpr std::size_t pid_digits = 10;
    static constexpr const char* name = "KOBJ_START";
    std::string text;
    std::size_t pid_at = 0;
};
start_variable make_start_variable(const start_note& note);

/// Before main, with the program's arguments.
void take_start_variable(int argc, char** argv);

/// The text that this program was started with. Made from the arguments if whoever started it did not tell.
KOBJ_API const std::string& own_command_line();
/// Empty when none was given.
KOBJ_API const std::string& own_start_information();

}  // namespace kobj::posix
