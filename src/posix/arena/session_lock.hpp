#pragma once

#include "posix/arena/context.hpp"

// The one lock of the session: everything but the compare-and-swap paths happens under it. Its word names the holder's
// thread record, so that who finds it taken can see whether the holder lives.
//
// Locking discipline: it is the innermost lock. Under it the system is called only for a look at /proc, where a thread
// record does not say by itself whether its thread lives.
namespace kobj::posix::session_lock {

/// The lock's word: the index of the holder's thread record, above it 15 bits of the record's generation, so that a
/// lock that is seen in dead hands is not taken from a later holder with the same record; bit 31: somebody sleeps on
/// it.
inline constexpr u32 sleepers_bit = u32{1} << 31U;
constexpr u32 word_of(u64 owner) noexcept {
    return static_cast<u32>(owner) & ~sleepers_bit;
}
constexpr u32 holder_of(u32 word) noexcept {
    return word & 0xFFFF;
}

/// Returns true when the lock was taken from a dead holder: what that one had begun must be undone first.
[[nodiscard]] bool acquire(const context& me);
void release(const context& me) noexcept;

}  // namespace kobj::posix::session_lock

namespace kobj::posix {

/// Has the thread of this record ended? With `thorough` also asks /proc, which sees the end of a thread whose robust
/// list another library has silenced. False for a free record.
bool thread_ended(u32 index, bool thorough);

}  // namespace kobj::posix
