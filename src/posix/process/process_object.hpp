#pragma once

#include "posix/arena/context.hpp"
#include "posix/arena/transaction.hpp"

namespace kobj::posix {

/// A free process record, emptied. Its state is `building`, its builder the caller.
u32 make_process_record(transaction& tx);
/// Settles dead processes when the records run short, or might: call it, without the lock, before a record is made.
void make_room_for_process(const context& me);
/// The process object of a record; made at the first call. It keeps a reference while the process runs.
u32 process_object_of(transaction& tx, u32 process);
object_record& own_process_object(const context& me);

/// The record of a running process, or 0. The object must be of type process.
u32 running_process(const object_record& object);

/// When a process has ended, and what it has used: nanoseconds.
struct process_end {
    u64 when = 0;
    u64 kernel_time = 0;
    u64 user_time = 0;
};

/// The process has ended: its object is signaled for good. The last step of a transaction, see serve().
void end_process_object(transaction& tx, object_record& object, u32 id, u32 exit_code, const process_end& end);

}  // namespace kobj::posix
