#pragma once

#include "support/catch.hpp"
#include "support/platform.hpp"
#include "support/scratch.hpp"

#include <windows.h>

#include <string>

namespace test {

/// A handle, closed at the end of the test.
class owned {
public:
    owned(HANDLE handle) : handle_(handle) {}
    owned(const owned&) = delete;
    owned& operator=(const owned&) = delete;
    ~owned() {
        if (handle_ != nullptr) CloseHandle(handle_);
    }
    operator HANDLE() const { return handle_; }

private:
    HANDLE handle_;
};

inline constexpr DWORD untouched = 0xABCDE;

/// The last error that `call` leaves; `untouched` when it leaves it alone.
template <class F>
DWORD error_of(F&& call) {
    SetLastError(untouched);
    call();
    return GetLastError();
}

inline std::wstring wide(const std::string& ascii) {
    return std::wstring(ascii.begin(), ascii.end());
}

/// Both: the answer is none, and the last error is this.
#define REFUSES(expression, error)                         \
    do {                                                   \
        SetLastError(test::untouched);                     \
        const bool answer = static_cast<bool>(expression); \
        const DWORD left = GetLastError();                 \
        INFO(#expression);                                 \
        CHECK_FALSE(answer);                               \
        CHECK(left == (error));                            \
    } while (false)

}  // namespace test
