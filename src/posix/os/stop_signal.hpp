#pragma once

#include <kobj/export.hpp>

#include <sys/types.h>

#include <atomic>
#include <csignal>
#include <mutex>

// The signal by which a thread is asked to stop, and where it must not stop. See docs/decisions/0025.
namespace kobj::posix::os {

/// Ignored where nobody handles it: one that comes late, behind an exec, harms nobody.
inline constexpr int stop_signal = SIGURG;

/// Of one thread. Its signal handler reads and writes it, too.
struct stop_state {
    std::atomic<unsigned> guards{0};
    std::atomic<bool> put_off{false};      ///< it stops when it leaves its last guard
    std::atomic<bool> told_to_end{false};  ///< a signal said so
};
extern KOBJ_API constinit thread_local stop_state stopping __attribute__((tls_model("initial-exec")));

/// `stop` is called where the calling thread is to look whether it has to stop: in the handler of the signal, or at
/// the end of a guard. In a guard the handler calls `put_off` instead; whether it answers true, it looks later. Both
/// only do what is allowed in a handler of signals, and need not keep errno.
void on_stop_signal(void (*stop)() noexcept, bool (*put_off)() noexcept) noexcept;
/// The calling thread stops at the end of its guard.
inline void stop_later() noexcept {
    stopping.put_off.store(true, std::memory_order_relaxed);
}
KOBJ_API void stop_now() noexcept;

/// While there is one, the thread does not stop: around what others wait for, locks above all. May be nested.
class stop_guard {
public:
    stop_guard() noexcept { enter(); }
    stop_guard(const stop_guard&) = delete;
    stop_guard& operator=(const stop_guard&) = delete;
    ~stop_guard() { leave(); }

    static void enter() noexcept {
        stopping.guards.store(stopping.guards.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
        std::atomic_signal_fence(std::memory_order_seq_cst);
    }
    static void leave() noexcept {
        std::atomic_signal_fence(std::memory_order_seq_cst);
        const unsigned others = stopping.guards.load(std::memory_order_relaxed) - 1;
        stopping.guards.store(others, std::memory_order_relaxed);
        // Behind the store: a signal that comes now stops at once.
        std::atomic_signal_fence(std::memory_order_seq_cst);
        if (stopping.put_off.load(std::memory_order_relaxed) && others == 0) [[unlikely]]
            stop_now();
    }
};

/// A mutex whose owner does not stop.
class unstopped_mutex {
public:
    void lock() {
        stop_guard::enter();
        mutex_.lock();
    }
    void unlock() {
        mutex_.unlock();
        stop_guard::leave();
    }

private:
    std::mutex mutex_;
};

/// What the signal asks for: that the thread looks whether it has to stop, or has to end. Only the signal says that a
/// thread has to end: no word of the arena alone, which may be damaged, ends one.
enum class wish { look, end };
/// False: this process may not send signals to that one.
bool send_stop_signal(pid_t process, pid_t thread, wish what = wish::look) noexcept;
/// Notes what waits to be delivered to the calling thread, which lets no signal through. Async-signal-safe.
void take_stop_signals() noexcept;
/// Whether that thread keeps the signal away, or its process has another handler or none.
bool refuses_stop_signal(pid_t process, pid_t thread) noexcept;
/// Whether one waits to be delivered to that thread: then another one, with its wish, is lost.
bool has_stop_signal_pending(pid_t process, pid_t thread) noexcept;
/// So often in a row: a handler that has just begun, or is about to return, keeps it away for a moment.
inline constexpr unsigned enough_refusals = 4;

}  // namespace kobj::posix::os
