#pragma once

// What the examples have in common: a handle that closes itself, and the start of the own program as a child.

#include <windows.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

// Ends the program. Each call of Win32 that fails here is a mistake of the example's.
[[noreturn]] inline void Fail(const char* what) {
    std::printf("%s failed with error %u.\n", what, static_cast<unsigned>(GetLastError()));
    std::exit(100);
}

class Handle {
public:
    Handle() = default;
    explicit Handle(HANDLE value) : value_(value) {}
    Handle(Handle&& other) noexcept : value_(std::exchange(other.value_, nullptr)) {}
    Handle& operator=(Handle&& other) noexcept {
        std::swap(value_, other.value_);
        return *this;
    }
    ~Handle() { Close(); }

    HANDLE Get() const { return value_; }
    explicit operator bool() const { return value_ != nullptr; }
    void Close() {
        if (value_ != nullptr) CloseHandle(std::exchange(value_, nullptr));
    }

private:
    HANDLE value_ = nullptr;
};

// The value of a handle as it stands on a command line, and back. The value means the same in a child that inherited
// it.
inline std::wstring ToText(HANDLE handle) {
    return std::to_wstring(reinterpret_cast<ULONG_PTR>(handle));
}
inline HANDLE ToHandle(const wchar_t* text) {
    return reinterpret_cast<HANDLE>(static_cast<ULONG_PTR>(std::stoull(text)));
}

struct Child {
    Handle process;
    Handle thread;

    // Waits for its end.
    DWORD ExitCode() const {
        DWORD code = 0;
        if (WaitForSingleObject(process.Get(), INFINITE) != WAIT_OBJECT_0) Fail("WaitForSingleObject");
        if (!GetExitCodeProcess(process.Get(), &code)) Fail("GetExitCodeProcess");
        return code;
    }
};

// Starts this program again, with other arguments.
inline Child StartSelf(const std::wstring& arguments, BOOL inherit, DWORD flags = 0, STARTUPINFOW start = {}) {
    wchar_t path[1024];
    const DWORD length = GetModuleFileNameW(nullptr, path, 1024);
    if (length == 0 || length == 1024) Fail("GetModuleFileName");
    // CreateProcess may write into the command line.
    std::wstring commandLine = L"\"" + std::wstring(path) + L"\" " + arguments;
    start.cb = sizeof start;
    PROCESS_INFORMATION made = {};
    if (!CreateProcessW(path, commandLine.data(), nullptr, nullptr, inherit, flags, nullptr, nullptr, &start, &made))
        Fail("CreateProcess");
    return {Handle(made.hProcess), Handle(made.hThread)};
}
