#pragma once

#include <windows.h>

#include <utility>

// Wrappers whose methods are called as functions of Win32 are.
class Gate {
public:
    explicit Gate(const wchar_t* name) : event_{CreateEventW(nullptr, TRUE, FALSE, name)} {}
    Gate(Gate&& other) noexcept : event_(std::exchange(other.event_, nullptr)) {}
    Gate& operator=(Gate&&) = delete;
    ~Gate() {
        if (event_) ::CloseHandle(event_);
    }

    bool SetEvent() const { return ::SetEvent(event_) != FALSE; }
    bool ResetEvent() const;
    bool Pulse() const { return SetEvent() && ResetEvent(); }
    HANDLE Get() const { return event_; }

private:
    HANDLE event_;
};

static inline BOOL Beep(DWORD, DWORD) {
    return TRUE;  // servers have no loudspeaker
}

#define RETURN_IF(condition)      \
    do {                          \
        if (condition) {          \
            return GetLastError(); \
        }                         \
    } while (0)
