#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "functions.hpp"
#include "source_tree.hpp"

namespace port {

struct place_of_use {
    std::string file;
    std::size_t line;
};

struct used_function {
    const function* of;
    std::vector<place_of_use> places;

    [[nodiscard]] std::size_t files() const;
};

/// What a source tree uses of Win32.
struct survey {
    std::size_t files = 0;
    std::size_t lines = 0;
    /// First what kobj has not, then what it has in part, then the rest; within these by name.
    std::vector<used_function> functions;
    std::vector<left_out> left;
};

survey survey_of(const std::filesystem::path& root);

}  // namespace port
