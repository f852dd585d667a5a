#pragma once

#include <cstdlib>
#include <string>
#include <string_view>

#include <unistd.h>

namespace fuzz {

/// Before anything else: starts the program anew in a session of its own, unless it is in one. A session is chosen
/// before main.
inline void enter_own_session(char** argv) {
    const char* now = std::getenv("KOBJ_SESSION");
    if (now != nullptr && std::string_view(now).starts_with("fuzz-")) return;
    ::setenv("KOBJ_SESSION", ("fuzz-" + std::to_string(::getpid())).c_str(), 1);
    ::execv("/proc/self/exe", argv);
    std::abort();
}

}  // namespace fuzz
