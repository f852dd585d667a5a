#pragma once

#include <string>
#include <string_view>

// Where CreateProcess finds a program. A name that ends in ".exe" and leads nowhere is also looked for without that
// end.
namespace kobj::windows_h {

/// By lpApplicationName: a path, relative to the current directory.
std::string find_application(const std::string& name);

struct named_program {
    std::string path;       ///< empty: not found, and no path either
    std::string_view name;  ///< of the command line, without quotes
    bool quoted = false;
};

/// By the beginning of a command line. In quotes, or without: then each blank may be the name's end, and the shortest
/// name that leads to a program is taken. A name without a slash is looked for in the folder of the calling program, in
/// the current directory, and in PATH.
named_program find_in_command_line(std::string_view text);

/// Does this file look like a program, whether it may be run or not?
bool is_image(const std::string& path) noexcept;

}  // namespace kobj::windows_h
