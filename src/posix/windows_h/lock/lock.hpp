#pragma once

#include <atomic>
#include <bit>
#include <cstdint>

#include "posix/os/private_futex.hpp"
#include "posix/os/relax.hpp"
#include "posix/windows_h/call.hpp"

// What the locks of one process have in common. Each is a plain struct of Windows's size in the caller's memory, so its
// words are atomic by reference only. Nothing of it is kept elsewhere: a lock needs no destruction, and whoever lets it
// go touches its memory no more.
namespace kobj::windows_h {

/// The word of a lock that is one pointer.
inline std::atomic_ref<std::uint64_t> word_of(PVOID& pointer) noexcept {
    static_assert(sizeof(PVOID) == sizeof(std::uint64_t));
    return std::atomic_ref(reinterpret_cast<std::uint64_t&>(pointer));
}

/// The address of the upper half of such a word, for futexes.
inline const void* upper_half(const PVOID& pointer) noexcept {
    return reinterpret_cast<const char*>(&pointer) + (std::endian::native == std::endian::little ? 4 : 0);
}
/// The lower half.
inline const void* lower_half(const PVOID& pointer) noexcept {
    return reinterpret_cast<const char*>(&pointer) + (std::endian::native == std::endian::little ? 0 : 4);
}

/// The kernel's number of the calling thread; one system call in the thread's life.
DWORD thread_id() noexcept;

}  // namespace kobj::windows_h
