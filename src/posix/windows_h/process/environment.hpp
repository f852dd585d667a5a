#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The process's environment, as the C library has it, under one lock. Names are looked for as they are, and if there is
// none, without regard to the case of ASCII letters: so the variables of POSIX that differ in case only are all found,
// and a program that relies on Windows's rule finds its own.
namespace kobj::windows_h::environment {

[[nodiscard]] std::optional<std::string> find(std::string_view name);

/// A variable that is found keeps its name. Null removes it.
void set(const std::string& name, const std::string* value);

/// Each as "name=value".
[[nodiscard]] std::vector<std::string> all();

}  // namespace kobj::windows_h::environment
