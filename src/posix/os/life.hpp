#pragma once

#include <linux/futex.h>
#include <pthread.h>

#include <atomic>
#include <cstdint>

namespace kobj::posix::os {

/// The sign of life of one thread, in shared memory: a robust mutex that its thread locks once and never unlocks.
/// When the thread ends, however it ends, the kernel marks the lock word and wakes one sleeper on it.
///
/// The word is glibc's: the first member of a NORMAL robust pthread mutex is the kernel's robust-futex word
/// (owner's thread id, FUTEX_WAITERS, FUTEX_OWNER_DIED).
class life {
public:
    /// Called by the thread itself, on a record whose former thread, if any, is dead. Returns an errno value.
    int begin() noexcept;

    /// Of a dead thread: the record is about to be free, and must not look ended to its next thread.
    void clear() noexcept {
        reinterpret_cast<std::atomic<std::uint32_t>*>(&mutex_)->store(0, std::memory_order_release);
    }

    [[nodiscard]] const std::atomic<std::uint32_t>& word() const noexcept {
        return *reinterpret_cast<const std::atomic<std::uint32_t>*>(&mutex_);
    }
    /// True once the kernel has marked the word, and before begin().
    [[nodiscard]] bool ended() const noexcept { return ended(word().load(std::memory_order_acquire)); }
    static bool ended(std::uint32_t value) noexcept {
        return (value & FUTEX_OWNER_DIED) != 0 || (value & FUTEX_TID_MASK) == 0;
    }

    /// Asks the kernel to wake a sleeper at the thread's end. Returns the word's value to sleep on; ended() of it may
    /// be true.
    std::uint32_t announce_sleeper() noexcept;

private:
    alignas(8) pthread_mutex_t mutex_;
};

}  // namespace kobj::posix::os
