#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "functions.hpp"

namespace port {

/// A place where code names a function of Win32, or what has the same name.
struct mention {
    const function* of;
    /// As it stands in the code, perhaps with A or W.
    std::string name;
    std::size_t line;
    /// The classes around it: the one in whose body it stands, those in the name of the method in whose body.
    std::vector<std::string> classes;
    /// In the body of the macro that has this name; empty elsewhere.
    std::string macro;
};

/// What one file says.
struct code_facts {
    std::size_t lines = 0;
    std::vector<mention> mentions;
    /// Names of Win32's that this file gives to something of its own, which others see, too: functions, types, macros.
    std::set<std::string, std::less<>> shared_names;
    /// The same for static functions, and for variables.
    std::set<std::string, std::less<>> static_names;
    std::set<std::string, std::less<>> variables;
    /// The methods of a class that have a name of Win32's.
    std::map<std::string, std::set<std::string, std::less<>>, std::less<>> methods;
};

/// Reads C or C++ code, without preprocessing it: both branches of an #if count, but for those of `#if 0`.
code_facts read_code(std::string_view text);

}  // namespace port
