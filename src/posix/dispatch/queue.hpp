#pragma once

#include <span>

#include "posix/dispatch/readiness.hpp"

// The queues of waiting threads, one per object, first come first served. A thread that waits for several objects
// stands in the queue of each, by its wait blocks; whoever satisfies the wait takes it out of all of them. In front of
// the threads stand the watches of wait sets, which take nothing: see watch.hpp.
namespace kobj::posix {

constexpr u32 make_wait_result(u32 index, bool abandoned) noexcept {
    return index | (abandoned ? 0x80U : 0U);
}

/// In place of an index: an alert has ended the wait, which has taken nothing.
inline constexpr u32 wait_alerted = 0x7F;

/// How a thread waits.
struct wait_terms {
    bool all = false;
    i64 now = 0;
    i64 until = 0;  ///< when it gives up, or wait_forever
    bool alertable = false;
};
/// Queues the calling thread at each of `objects`, whose contended bits are set.
void enqueue(transaction& tx, std::span<object_record* const> objects, const wait_terms& terms);
/// Takes a thread out of all queues it stands in; at the head of one it passes on what it watched for.
void dequeue(transaction& tx, u32 thread);

/// Ends a thread's wait, if it is in one, for an alert.
void end_alerted(transaction& tx, u32 thread);

/// Satisfies those waits in the queue of `object` that can be satisfied now, in order. Makes checkpoints: call it when
/// everything else of the transaction is done. Killed behind one, those not served yet find out at their next recheck.
void serve(transaction& tx, object_record& object, bool thorough = false);
/// The same for those who wait at this moment for an event, as if it were signaled: what PulseEvent does.
void serve_pulse(transaction& tx, object_record& event);
/// All watches of `object`. Makes checkpoints.
void fire_all(transaction& tx, object_record& object);
/// Everybody in the queue of `object` looks at it again: when it will be ready may have changed.
void wake_all(transaction& tx, object_record& object);

/// The first living thread in the queue, or 0. Dead ones before it are taken out. Makes checkpoints: call it first.
u32 living_head(transaction& tx, object_record& object);

}  // namespace kobj::posix
