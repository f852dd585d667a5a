#pragma once

#include <cstddef>
#include <string>

// How lines look: plain in a file or a pipe; on a terminal no wider than it, and with colours unless NO_COLOR is set.
namespace kobj::tool {

/// What is wrong, in red.
std::string alarm(std::string text);
/// What is to be looked at, in yellow.
std::string caution(std::string text);
/// The heads of columns.
std::string heading(std::string text);

/// Of UTF-8: no more than that many characters, the last one `…` when some are missing. 0: no limit.
std::string cut(std::string text, std::size_t width);
/// How wide a line on standard output may be: COLUMNS says so, or the terminal. 0: there is no limit.
std::size_t line_width();

}  // namespace kobj::tool
