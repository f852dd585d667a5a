#pragma once

#include <kobj/process.hpp>

#include "posix/arena/context.hpp"

namespace kobj::posix {

struct started {
    handle_value process;
    handle_value thread;
};

/// Starts a program with its own process record and handle table, filled before it runs. Throws failure; then nothing
/// has run and nothing is left behind.
started start_process(const context& me, const std::vector<std::string>& arguments, const process_options& options);

}  // namespace kobj::posix
