#pragma once

#include "posix/check/report.hpp"

#include <string>

namespace test {

/// What is wrong with the arena of this process's session, one line each: empty when it is whole. Looks from outside,
/// as `kobj check` does.
std::string damage();

/// What the dead have left in it, and nobody has put in order yet.
std::string debts();

}  // namespace test
