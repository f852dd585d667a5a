#pragma once

#include <mutex>

#include "posix/arena/context.hpp"
#include "posix/arena/transaction.hpp"
#include "posix/os/shared_file.hpp"

// The descriptors of a process that its handles to files have: one for each handle, noted beside the table of handles,
// in a table of their own. So they are where they belong after fork, a child finds those that it has inherited, under
// the same numbers, and others find what they may fetch. A word there is the descriptor's number and 1; 0: none.
//
// A descriptor of kobj's closes itself at exec; a child clears that for what it inherits, before it becomes its
// program. 0, 1 and 2 are the process's own: a handle may have them, but they are not closed with it.
namespace kobj::posix::descriptors {

/// The descriptor of an entry, or -1.
int of(u32 process, u32 index);
/// Notes it; -1: none. Throws needs_room.
void set(transaction& tx, u32 process, u32 index, int fd);

/// Held while descriptors are closed, and from the moment in which a child inherits handles until it has its
/// descriptors.
std::mutex& gate() noexcept;
/// A handle that had this descriptor, of this process, is gone. One of 0, 1 and 2 leads nowhere from now on.
void drop(int fd) noexcept;
/// Out of the way of 0, 1 and 2. Gives -1 and errno when no descriptor is left.
int out_of_the_way(int fd) noexcept;

/// What the table of `process` says are numbers of another process: its handles to files fetch theirs at first use.
void forget_all(const context& me, u32 process);
/// A new image of the process: keeps of what its table says the descriptors that it has indeed got.
void adopt(const context& me);
/// For a handle of this process, to a file that others have open, which has no descriptor yet. Throws failure.
int fetch(const context& me, u32 index, u64 entry);

/// What a copy of a handle in this process gets: asked for under the session lock, made without it.
class copy {
public:
    [[nodiscard]] bool is_of(u64 entry) const noexcept { return file_ && entry_ == entry; }
    void want(u32 process, u32 index, u64 entry) noexcept {
        process_ = process;
        index_ = index;
        entry_ = entry;
        wanted_ = true;
    }
    [[nodiscard]] bool is_wanted() const noexcept { return wanted_; }
    /// Throws failure.
    void make(const context& me);
    [[nodiscard]] int get() const noexcept { return file_.get(); }
    void release() noexcept { file_.release(); }

private:
    os::descriptor file_;
    u32 process_ = 0;
    u32 index_ = 0;
    u64 entry_ = 0;
    bool wanted_ = false;
};

}  // namespace kobj::posix::descriptors
