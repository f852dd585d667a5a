#pragma once

#include "watchdog.hpp"

#include <chrono>
#include <thread>

namespace test {

/// Polls until the condition holds. False when patience has run out.
template <class Condition>
bool eventually(Condition&& holds) {
    const auto end = std::chrono::steady_clock::now() + patience();
    while (!holds()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
}

}  // namespace test
