#pragma once

#include <CLI/App.hpp>

#include <string>

// What is made of the commands' own help: the manual page, and what shells need to complete a command line.
namespace kobj::tool {

/// kobj(1), for man.
std::string manual_page(const CLI::App& program);

/// For bash, zsh or fish; empty for another shell.
std::string completion(const CLI::App& program, const std::string& shell);

}  // namespace kobj::tool
