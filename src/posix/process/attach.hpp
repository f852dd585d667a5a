#pragma once

#include <atomic>

#include "posix/arena/context.hpp"

namespace kobj::posix {

/// Differs from every epoch of a process.
inline constexpr u32 not_attached = ~u32{0};

struct thread_local_context {
    context me;
    u32 epoch = not_attached;
};

/// What enter() looks at: this, and the epoch below.
extern constinit thread_local thread_local_context tls __attribute__((tls_model("initial-exec")));

/// Leads to 0, which is no thread's epoch, while the process is not attached. In a page that the kernel empties in a
/// forked child, so that also one made by a bare clone(), which runs no handlers, finds that it has to attach.
extern std::atomic<u32>* attached_epoch;

const context& enter_slowly();

/// What the calling thread is to the session. Attaches the process and the thread on their first call. Throws failure
/// when that is impossible; the next call tries again. Two loads when attached.
inline const context& enter() {
    const u32 epoch = attached_epoch->load(std::memory_order_acquire);
    if (tls.epoch == epoch) [[likely]]
        return tls.me;
    return enter_slowly();
}

/// The same for the quick paths: null when the thread is not attached.
inline const context* attached() noexcept {
    const u32 epoch = attached_epoch->load(std::memory_order_acquire);
    return tls.epoch == epoch ? &tls.me : nullptr;
}

/// The process is about to end with this code: closes its handles and, when it is the last one, removes the arena.
void detach(u32 exit_code) noexcept;

/// The thread ends: its record may soon be used again.
void note_thread_exit() noexcept;

}  // namespace kobj::posix
