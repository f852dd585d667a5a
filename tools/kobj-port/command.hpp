#pragma once

#include <string>
#include <vector>

namespace port {

/// What the program writes, and its exit code.
struct outcome {
    int code;
    std::string out;
    std::string error;
};

/// The program, by the arguments behind its name.
outcome run(const std::vector<std::string>& arguments);

}  // namespace port
