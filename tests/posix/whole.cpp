#include "whole.hpp"

#include "posix/arena/arena.hpp"
#include "posix/check/look.hpp"

namespace test {

std::string damage() {
    // By the descriptor that the process has: to close another one would drop its record locks.
    return kobj::posix::check::to_text(
        kobj::posix::check::look(kobj::posix::the_arena().file(), kobj::posix::arena_path()));
}

std::string debts() {
    std::string lines;
    for (const std::string& each :
         kobj::posix::check::look(kobj::posix::the_arena().file(), kobj::posix::arena_path()).debts)
        lines += each + "\n";
    return lines;
}

}  // namespace test
