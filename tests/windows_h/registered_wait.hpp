#pragma once

#include "support/eventually.hpp"
#include "windows.hpp"

#include <atomic>

// What the tests of registered waits have in common.
namespace test::registered {

inline HANDLE make_event(bool manual = false, bool set = false) {
    return CreateEventW(nullptr, manual ? TRUE : FALSE, set ? TRUE : FALSE, nullptr);
}

/// What callbacks saw.
struct seen {
    std::atomic<int> signals{0};
    std::atomic<int> time_outs{0};
    std::atomic<DWORD> thread{0};
    HANDLE began = nullptr;  ///< if not null, each callback sets it
    HANDLE gate = nullptr;   ///< if not null, each callback waits for it behind that
    HANDLE to_reset = nullptr;
    std::atomic<int> ended{0};
    HANDLE wait = nullptr;
    HANDLE completion = nullptr;  ///< for who unregisters from inside
    std::atomic<int> answer{-1};
    std::atomic<DWORD> error{0};

    [[nodiscard]] int all() const { return signals + time_outs; }
};

inline void CALLBACK note(PVOID context, BOOLEAN timed_out) {
    auto& s = *static_cast<seen*>(context);
    s.thread = GetCurrentThreadId();
    ++(timed_out ? s.time_outs : s.signals);
    if (s.began != nullptr) SetEvent(s.began);
    if (s.gate != nullptr) WaitForSingleObject(s.gate, INFINITE);
    if (s.to_reset != nullptr) ResetEvent(s.to_reset);
    ++s.ended;
}

inline void CALLBACK unregister_inside(PVOID context, BOOLEAN) {
    auto& s = *static_cast<seen*>(context);
    SetLastError(test::untouched);
    s.answer = UnregisterWaitEx(s.wait, s.completion);
    s.error = GetLastError();
    ++s.ended;
}

/// A callback that is inside until open() is called.
struct held {
    owned began = make_event();
    owned gate = make_event(true);
    owned event = make_event();
    seen s;
    HANDLE wait = nullptr;

    explicit held(ULONG flags = WT_EXECUTEDEFAULT) {
        s.began = began;
        s.gate = gate;
        REQUIRE(RegisterWaitForSingleObject(&wait, event, note, &s, INFINITE, flags));
        SetEvent(event);
        REQUIRE(WaitForSingleObject(began, INFINITE) == WAIT_OBJECT_0);
    }
    void open() { SetEvent(gate); }
    [[nodiscard]] bool is_over() {
        return eventually([&] { return s.ended == s.all(); });
    }
};

}  // namespace test::registered
