#pragma once

#include "posix/arena/context.hpp"
#include "posix/arena/transaction.hpp"

namespace kobj::posix {

/// The thread object of a running thread; made at the first call. It keeps a reference while the thread runs.
u32 thread_object_of(transaction& tx, u32 thread);
object_record& own_thread_object(const context& me);

/// A thread object made before its thread runs becomes that of the calling thread.
void bind_thread_object(transaction& tx, u32 object);

/// The id of the thread's process, also when it has ended.
u32 process_id_of(const object_record& object);
/// The thread record, also when the thread has ended and nobody has noted it yet; or 0.
u32 thread_record_of(const object_record& object);

/// The thread has ended: its object is signaled for good. The last step of a transaction, see serve().
void end_thread_object(transaction& tx, object_record& object, u32 id, u32 exit_code);

}  // namespace kobj::posix
