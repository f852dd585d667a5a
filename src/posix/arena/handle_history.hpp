#pragma once

#include <kobj/export.hpp>

#include <atomic>
#include <span>

#include "posix/arena/layout.hpp"

// Where each handle of a process was opened and closed: the call stacks, kept in a file of shared memory beside the
// arena when the process was started with KOBJ_HANDLE_TRACE or KOBJ_VERIFY. Others read it (kobj leaks). See
// docs/verify.md.
namespace kobj::posix::handle_history {

/// The last opening of one handle value, and its closing. A slot of the file, found by the handle's index.
struct alignas(64) record {
    static constexpr u32 depth = 28;
    word32 changes;    ///< odd while it is being written
    word32 what;       ///< bits of `is_open` and so on; 0: never used
    word64 number;     ///< which opening of the process it is, from 1: tells a value that was opened again
    word64 object;     ///< generation << 32 | record
    word64 opened_at;  ///< wall clock, nanoseconds
    word64 closed_at;
    word32 opened_by;  ///< thread ids
    word32 closed_by;
    word32 type;
    word32 spare;
    word64 opened[depth];  ///< addresses of code, innermost first; 0: no more
    word64 closed[depth];
    word64 spare_too;
};
static_assert(sizeof(record) == 512);

inline constexpr u32 is_open = 1;
inline constexpr u32 is_closed = 2;
inline constexpr u32 is_own = 4;  ///< kobj opened it for itself

/// The first page of the file.
struct header {
    word64 magic;
    word32 version;
    word32 process;  ///< id
    word64 openings;
};
inline constexpr u64 file_magic = 0x0031'484A'424F'4B0AU;
inline constexpr u32 file_version = 1;
inline constexpr u64 records_at = page;
constexpr u64 place_of(u64 index) noexcept {
    return records_at + index * sizeof(record);
}

/// A change of the calling process's table.
struct change {
    u32 index;
    u32 type;
    u64 object;  ///< generation << 32 | record
    bool opened;
};

extern constinit std::atomic<bool> kept;
inline bool is_kept() noexcept {
    return kept.load(std::memory_order_relaxed);
}

/// Begins when the environment asks for it. In a forked child with what its parent had.
void begin(u32 process, u32 generation) noexcept;
/// Writes changes down, with the stack of the caller. Not under the session lock.
void note(std::span<const change> changes) noexcept;
/// What is known of a handle value of this process; null: nothing.
const record* find(u64 index) noexcept;
/// This is a forked child: the file is its parent's.
void stop() noexcept;
/// The process ends: removes the file.
void end() noexcept;
/// The file of a process that is dead.
void remove_of(u32 process, u32 generation) noexcept;

/// While there is one, the thread works for kobj: handles that it opens are not the program's, and what fails is not
/// the program's mistake.
class KOBJ_API own_work {
public:
    own_work() noexcept;
    own_work(const own_work&) = delete;
    own_work& operator=(const own_work&) = delete;
    ~own_work();
    static bool is_on() noexcept;
};

}  // namespace kobj::posix::handle_history
