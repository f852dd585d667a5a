#pragma once

#include <stdexcept>

namespace kobj::facts {

/// What is to be looked into cannot be read, or is something else. what() says why.
struct unreadable : std::runtime_error {
    using std::runtime_error::runtime_error;
};

}  // namespace kobj::facts
