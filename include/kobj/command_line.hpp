#pragma once

#include <kobj/export.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace kobj {

/// One argument, quoted so that a program that splits by the Windows rules gets it back unchanged.
/// https://learn.microsoft.com/cpp/c-language/parsing-c-command-line-arguments
[[nodiscard]] KOBJ_API std::string quote_argument(std::string_view argument);

/// All arguments as one command line. The first is the program's name: it is quoted as such (no escapes exist there).
[[nodiscard]] KOBJ_API std::string join_command_line(const std::vector<std::string>& arguments);

/// A command line in its arguments, by the Windows rules: the program's name ends at a space or its closing quote;
/// 2n backslashes before a quote are n, an odd one more makes the quote plain; "" inside quotes is one quote.
[[nodiscard]] KOBJ_API std::vector<std::string> split_command_line(std::string_view text);

}  // namespace kobj
