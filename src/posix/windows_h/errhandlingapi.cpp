#include <atomic>

#include <windows.h>

namespace {
thread_local DWORD last_error = 0;
std::atomic<UINT> error_mode{0};
}  // namespace

DWORD GetLastError() {
    return last_error;
}

void SetLastError(DWORD code) {
    last_error = code;
}

UINT GetErrorMode() {
    return error_mode;
}
UINT SetErrorMode(UINT mode) {
    return error_mode.exchange(mode);
}
