#pragma once

#include "windows.hpp"

#include <cstdint>

// Threads of tests and their exit codes.
namespace test {

inline DWORD WINAPI give_back(LPVOID code) {
    return static_cast<DWORD>(reinterpret_cast<std::uintptr_t>(code));
}
inline LPVOID argument(std::uintptr_t value) {
    return reinterpret_cast<LPVOID>(value);
}

inline DWORD code_of(HANDLE thread) {
    DWORD code = 0xBAD;
    CHECK(GetExitCodeThread(thread, &code));
    return code;
}

}  // namespace test
