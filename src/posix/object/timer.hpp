#pragma once

#include "posix/arena/transaction.hpp"

// A timer. Nothing happens when it becomes due: whoever looks at it compares its time with the clock, and who waits
// for it sleeps no longer than until then. So a timer needs no thread, and its state may lag behind: read() gives the
// state as it is now. Changed under the lock only.
namespace kobj::posix::timer_object {

// In the state.
inline constexpr u64 signaled = 1;
inline constexpr u64 manual_reset = 2;
inline constexpr u64 armed = 4;
inline constexpr u64 absolute = 8;           ///< `extra`, the due time, is wall-clock time; otherwise monotonic
inline constexpr unsigned period_shift = 4;  ///< milliseconds, 31 bits
inline constexpr i64 longest_period = 0x7FFF'FFFF;

struct reading {
    u64 value;  ///< of the state
    u64 due;    ///< `extra`
};
/// As it is now.
reading read(const object_record& timer);
inline bool is_signaled(const object_record& timer) {
    return (read(timer).value & signaled) != 0;
}

/// Stores what has become of the timer, so that a clock that is set back does not undo it.
void advance(transaction& tx, object_record& timer);
void take(transaction& tx, object_record& timer);
/// `ticks` as due_time::ticks(). Of no thread's: see adopt().
void arm(transaction& tx, object_record& timer, i64 ticks, i64 period_ms);
void disarm(transaction& tx, object_record& timer);

/// The calling thread has set the timer with a routine that is to be called: the timer goes into the thread's list
/// until it is set again, cancelled or freed. With the thread's end it is cancelled.
void adopt(transaction& tx, object_record& timer);
/// Takes the timer out of the list that it is in, if any.
void disown(transaction& tx, object_record& timer);
/// Cancels the timers in the list of a thread that has ended or is about to. May make checkpoints.
void cancel_all_of(transaction& tx, thread_record& thread);

/// When somebody who sleeps should look at it again, in monotonic nanoseconds; INT64_MAX when it is not armed. Without
/// the lock a hint.
i64 due_at(const object_record& timer);

}  // namespace kobj::posix::timer_object
