#pragma once

#include <string>

namespace kobj::posix {

/// The path of a program: one with a slash as it is, otherwise the first executable of that name in PATH.
/// Throws failure (file_not_found, path_not_found, access_denied).
std::string find_program(const std::string& name);

/// A failed exec as a failure: 2 or 3, 5, 193, 206, 1450.
[[noreturn]] void fail_start(const std::string& path, int error);

}  // namespace kobj::posix
