#pragma once

#include "posix/arena/transaction.hpp"

// Files that were put into another process. Nothing can put a descriptor there: the other process fetches it when it
// first needs it (handle/descriptors.hpp), and somebody has to have one until then. So whoever closes a handle to such
// a file, while others have handles to it, keeps the descriptor: the entry of the table becomes one of kind `kept`. A
// thread of that process closes it as soon as no handle is left that still has to fetch. Likewise when another process
// closes a handle of this one: only this one can close the descriptor.
namespace kobj::posix::lending {

/// A handle to that file has come into a process without a descriptor.
void lend(transaction& tx, object_record& file);
/// A handle to a lent file has come, gone, or got its descriptor: wakes those that keep one.
void changed(transaction& tx);

/// This process keeps a descriptor, or has fetched one. Closes those that are kept in vain, and has a thread look after
/// the others, and after those of handles that other processes may close. Without a thread they stay until the next
/// call of this, or the end of the process.
void look_after(const context& me) noexcept;
/// The same if a handle to a lent file has changed since: another process may have closed one of this. One load if not.
void look_again(const context& me) noexcept;

/// Around fork: the child closes its copies.
void before_fork() noexcept;
void after_fork_in_parent() noexcept;
void after_fork_in_child() noexcept;

}  // namespace kobj::posix::lending
