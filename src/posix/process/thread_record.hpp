#pragma once

#include "posix/arena/transaction.hpp"

namespace kobj::posix {

/// Claims a free thread record for the calling thread and begins its life. Without the lock, which needs a record.
/// Throws failure (no_system_resources).
context claim_thread_record();

/// Settles what an ended thread owes: its place in queues, its thread object. Frees the record.
/// `code` is the exit code unless the thread has given its own.
void settle_thread(transaction& tx, u32 thread, u32 code);

/// Frees the records of threads that have ended and whose process is gone or is this one. Looks at all of them.
void sweep_threads(const context& me);

}  // namespace kobj::posix
