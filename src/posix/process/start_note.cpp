#include "posix/process/start_note.hpp"

#include <kobj/command_line.hpp>

#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <string_view>

namespace kobj::posix {

namespace {

// Never destroyed: static destructors may still ask.
start_note& own_note() {
    static start_note& only = *new start_note;
    return only;
}

bool take_number(std::string_view& text, std::size_t& number) {
    const char* const end = text.data() + text.size();
    const auto [behind, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || behind == end || *behind != ' ') return false;
    text.remove_prefix(static_cast<std::size_t>(behind - text.data()) + 1);
    return true;
}

// "PID LENGTH INFORMATION COMMAND-LINE", the two texts with nothing between them.
bool read_variable(std::string_view text, start_note& note) {
    std::size_t pid = 0;
    std::size_t length = 0;
    if (!take_number(text, pid) || !take_number(text, length) || length > text.size()) return false;
    if (pid != static_cast<std::size_t>(getpid())) return false;
    note.information = text.substr(0, length);
    note.command_line = text.substr(length);
    return true;
}

}  // namespace

start_variable make_start_variable(const start_note& note) {
    start_variable variable;
    variable.text = std::string(start_variable::name) + '=';
    variable.pid_at = variable.text.size();
    variable.text.append(start_variable::pid_digits, '0');
    variable.text += ' ' + std::to_string(note.information.size()) + ' ' + note.information + note.command_line;
    return variable;
}

void take_start_variable(int argc, char** argv) {
    std::vector<std::string> arguments(argv, argv + argc);
    start_note& own = own_note();
    if (getenv(start_variable::name) != nullptr) {
        if (const char* text = secure_getenv(start_variable::name); text == nullptr || !read_variable(text, own))
            own = {};
        unsetenv(start_variable::name);
    }
    // A program that this process has become by another exec has other arguments.
    if (own.command_line.empty() || split_command_line(own.command_line) != arguments)
        own.command_line = join_command_line(arguments);
}

const std::string& own_command_line() {
    return own_note().command_line;
}

const std::string& own_start_information() {
    return own_note().information;
}

}  // namespace kobj::posix
