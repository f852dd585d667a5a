#pragma once

#include <span>

#include "posix/dispatch/readiness.hpp"

// The queues of waiting threads, one per object, first come first served. A thread that waits for several objects
// stands in the queue of each, by its wait blocks; whoever satisfies the wait takes it out of all of them.
namespace kobj::posix {

// What a sleeping thread finds in its park word. A hint only: thread_record::wait_count says what holds.
inline constexpr u32 park_asleep = 0;
inline constexpr u32 park_look = 1;       ///< look at your objects again, under the lock
inline constexpr u32 park_satisfied = 2;  ///< wait_result holds the answer

constexpr u32 make_wait_result(u32 index, bool abandoned) noexcept {
    return index | (abandoned ? 0x80U : 0U);
}

/// Queues the calling thread at each of `objects`, whose contended bits are set.
void enqueue(transaction& tx, std::span<object_record* const> objects, bool all, i64 now);
/// Takes a thread out of all queues it stands in; at the head of one it passes on what it watched for.
void dequeue(transaction& tx, u32 thread);

/// Satisfies those waits in the queue of `object` that can be satisfied now, in order. Makes checkpoints: call it when
/// everything else of the transaction is done. Killed behind one, those not served yet find out at their next recheck.
void serve(transaction& tx, object_record& object, bool thorough = false);

/// The first living thread in the queue, or 0. Dead ones before it are taken out. Makes checkpoints: call it first.
u32 living_head(transaction& tx, object_record& object);

}  // namespace kobj::posix
