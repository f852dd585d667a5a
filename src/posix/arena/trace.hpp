#pragma once

#include "posix/arena/layout.hpp"

// What happened last in a session: a ring of records in the arena, filled while somebody from outside asks for it by
// arena_header::trace_until. Nobody's work depends on it.
//
// It costs the quick paths nothing: they are closed by the contended bit, which whoever traces sets in all objects and
// which stays set as long. So everything that is traced happens under the session lock, and the ring has the order in
// which it happened.
namespace kobj::posix {

namespace trace {

enum class what : u8 {
    none,
    created,     ///< detail: the handle
    opened,      ///< likewise; also inherited
    duplicated,  ///< likewise
    closed,      ///< likewise
    waits,       ///< goes to sleep; one for each object; detail: place in the call | number of objects << 8 | all << 16
    timed_out,   ///< detail: number of objects << 8
    alerted,     ///< likewise
    acquired,    ///< a wait for it has been satisfied
    abandoned,   ///< likewise, and the former owner had died
    released,    ///< detail: units of a semaphore
    set,
    reset,
    pulsed,
    began,  ///< a process
    ended,  ///< a process; detail: exit code
    count
};

/// Is it asked for, and is there room for it? Under the lock.
bool is_on() noexcept;
/// Keeps an event until its transaction is committed. By or for the thread of a thread record; `object` may be null.
void note(what happened, const object_record* object, u32 thread, u32 detail);
/// The same of a process, by its id.
void note_of_process(what happened, const object_record* object, u32 process_id, u32 detail);
/// Puts what was noted into the ring. Under the lock, and right also if a holder before was killed in here.
void put_noted() noexcept;
/// It was undone.
void forget_noted() noexcept;

/// Slot of the event with this number, from 1.
constexpr u32 slot_of(u64 number) noexcept {
    return static_cast<u32>((number - 1) % max_traced);
}

}  // namespace trace

}  // namespace kobj::posix
