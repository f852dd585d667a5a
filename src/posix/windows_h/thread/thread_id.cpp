#include <pthread.h>
#include <unistd.h>

#include "posix/windows_h/lock/lock.hpp"

namespace kobj::windows_h {

namespace {
thread_local DWORD known_id = 0;

// The only thread of a forked child has another number than the one that forked.
[[maybe_unused]] const int registered = pthread_atfork(nullptr, nullptr, [] { known_id = 0; });
}  // namespace

DWORD thread_id() noexcept {
    if (known_id == 0) known_id = static_cast<DWORD>(gettid());
    return known_id;
}

}  // namespace kobj::windows_h
