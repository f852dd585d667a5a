#pragma once

#include <kobj/process.hpp>

#include <string>
#include <string_view>

namespace kobj::detail {

struct launched {
    handle process;
    handle primary_thread;
};

/// Starts `program` with this command line, which begins with the program's name.
/// Errors: those of process::start.
[[nodiscard]] result<launched> launch(std::string_view program, std::string_view command_line,
                                      const process_options& options);

}  // namespace kobj::detail
