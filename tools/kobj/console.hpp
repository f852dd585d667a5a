#pragma once

#include <cstddef>

// What standard output is.
namespace kobj::tool {

bool is_terminal();
/// Where TERM does not say it.
bool console_has_colours();
/// In columns; 0: not known.
std::size_t console_width();

}  // namespace kobj::tool
