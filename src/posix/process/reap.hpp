#pragma once

#include <optional>

#include "posix/arena/context.hpp"
#include "posix/arena/layout.hpp"

// The end of a process: noticed by whoever needs to know, and settled by whoever notices.
namespace kobj::posix {

/// What an ended process gives when nobody could find out with which code it ended.
inline constexpr u32 unknown_exit_code = 0xFFFFFFFF;

/// Does this process run? Sees also that a process has given up kobj by exec, and then closes what exec closes.
bool process_runs(const context& me, u32 process);

/// Does any thread live that has called kobj as a part of this process?
bool has_living_thread(u32 process);

/// Settles everything that an ended process owes: queues, owned objects, handles. Its object becomes signaled.
/// `code`: from its wait status, if known.
void settle_process(const context& me, u32 process, u32 generation, std::optional<u32> code);

/// As process_runs(); one that has ended is settled. False for a free record.
bool runs_or_is_settled(const context& me, u32 process);

/// If the process of this object has ended, settles it. System calls.
void settle_if_ended(const context& me, const object_record& process_object);

/// Settles all processes of the session that have ended. A few system calls for each process.
void settle_all(const context& me);

/// Where nobody else is left but processes that are being killed: waits for their ends, a second each at most, and
/// settles them. For the one that leaves last and takes the session along, for they cannot.
void settle_the_dying(const context& me);

/// After exec: settles the threads of the old image and closes the handles that exec closes, and the views. Called by
/// the new image for itself, in state foreign, or by others, in state execed.
void settle_old_image(const context& me, u32 process, u32 generation);

/// The caller is about to end: settles what it owes but for its handles.
void leave(const context& me, u32 exit_code);
/// Closes everything in the caller's table.
void close_everything(const context& me);

/// From now on a thread of this process sees to it that the end of that process is noticed at once.
void watch_process(const context& me, const object_record& process_object);

}  // namespace kobj::posix
