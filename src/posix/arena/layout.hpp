#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "posix/os/life.hpp"

// What lies in the arena: plain words, found by index. See docs/arena.md for who may write which.
namespace kobj::posix {

using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;
using i64 = std::int64_t;

/// One word of shared memory. Every access is atomic, since others look while we write. Stores are releases: what was
/// stored before is there for whoever sees this one, also when we are killed right behind it.
template <class T>
class word {
public:
    T get() const noexcept { return value_.load(std::memory_order_acquire); }
    /// Only for words that nobody needs to find as they were, should this process be killed: records that are free, and
    /// those of which the comment at the call says so. Everything else is stored by transaction::set.
    void put(T value) noexcept { value_.store(value, std::memory_order_release); }
    bool swap(T& expected, T desired) noexcept {
        return value_.compare_exchange_strong(expected, desired, std::memory_order_acq_rel, std::memory_order_acquire);
    }
    T exchange(T desired) noexcept { return value_.exchange(desired, std::memory_order_acq_rel); }
    std::atomic<T>& raw() noexcept { return value_; }
    const std::atomic<T>& raw() const noexcept { return value_; }

private:
    std::atomic<T> value_;
};

using word32 = word<u32>;
using word64 = word<u64>;
static_assert(sizeof(word32) == 4 && sizeof(word64) == 8 && std::atomic<u64>::is_always_lock_free);

// Index 0 is never used: 0 means none.
inline constexpr u32 max_processes = 4096;
inline constexpr u32 max_threads = 65536;
inline constexpr u32 max_objects = 1U << 22U;
inline constexpr u32 max_names = 1U << 22U;
inline constexpr u32 max_buckets = 1U << 22U;
inline constexpr u32 max_handles = 1U << 20U;  // entries of one table
inline constexpr u32 max_wait = 64;            // MAXIMUM_WAIT_OBJECTS
inline constexpr u32 max_watches = 1U << 20U;  // members of all wait sets
inline constexpr u32 max_accounts = max_objects;
inline constexpr u32 max_traced = 32768;  // slots of the ring; set aside when somebody traces
inline constexpr u32 max_jobs = 1U << 16U;
inline constexpr u32 undo_room = 2048;
inline constexpr u32 file_buckets = 128;

// ---- state: the one word of an object that is changed by compare-and-swap ----
//
//   63..42 generation | 41..38 type | 37 contended | 36 spare | 35..0 by type
//
// A mutex: 35..16 the owner's generation, 15..0 the index of its thread record; all zero when free.
// A process or thread: bit 0, ended. An event: bit 0 signaled, bit 1 manual-reset. A semaphore: its count. A timer: see
// object/timer.hpp.
// A section: bit 2, over a file; 1..0 its mapping_protection. A file: see object/file.hpp.
// Types are those of kobj::object_type and, beyond them, private_namespace, and section_limbo: a section whose file is
// being made or removed, or a file that is to be removed from the disk.
namespace state {

inline constexpr u64 contended = u64{1} << 37U;  ///< somebody may wait: only the holder of the session lock changes it
inline constexpr u64 value_mask = (u64{1} << 36U) - 1;
inline constexpr u32 generation_shift = 42;
inline constexpr u32 type_shift = 38;
inline constexpr u64 generation_mask = ~u64{0} << generation_shift;
inline constexpr u64 ended = 1;
inline constexpr u64 over_file = 4;
inline constexpr u64 protection_mask = 3;
inline constexpr u32 private_namespace = 14;
inline constexpr u32 section_limbo = 15;

constexpr u64 value(u64 s) noexcept {
    return s & value_mask;
}
constexpr u64 with_value(u64 s, u64 v) noexcept {
    return (s & ~value_mask) | v;
}
constexpr u32 type(u64 s) noexcept {
    return static_cast<u32>(s >> type_shift) & 0xF;
}
constexpr u32 generation(u64 s) noexcept {
    return static_cast<u32>(s >> generation_shift);
}
constexpr u64 make(u32 generation, u32 type, u64 value) noexcept {
    return u64{generation} << generation_shift | u64{type} << type_shift | value;
}
/// The state of the record once it is free: the next generation, no type.
constexpr u64 freed(u64 s) noexcept {
    return (s & generation_mask) + (u64{1} << generation_shift);
}

}  // namespace state

/// How a thread is named in a mutex's state: index and generation of its record.
constexpr u32 owner_index(u64 owner) noexcept {
    return static_cast<u32>(owner) & 0xFFFF;
}
constexpr u32 owner_generation(u64 owner) noexcept {
    return static_cast<u32>(owner >> 16U) & 0xFFFFF;
}
constexpr u64 make_owner(u32 index, u32 generation) noexcept {
    return u64{generation & 0xFFFFF} << 16U | index;
}

// ---- handle table entries ----
//
//   63..62 kind | 61..40 object | 39..19 access | 18 inheritable | 17 protected | 16 spare | 15..0 low bits of the
//   object's generation
//
// A free entry has kind 0 and the next free index in its low half.
namespace entry {

enum class kind : u32 {
    free = 0,
    handle = 1,
    view = 2,  ///< keeps a mapped section alive; not a handle, not counted as one
    kept = 3,  ///< of a closed handle to a file: others may still fetch its descriptor; see handle/lending.hpp
};

inline constexpr u64 inheritable = u64{1} << 18U;
inline constexpr u64 protect = u64{1} << 17U;

constexpr kind kind_of(u64 e) noexcept {
    return static_cast<kind>(e >> 62U);
}
constexpr u32 object(u64 e) noexcept {
    return static_cast<u32>(e >> 40U) & 0x3FFFFF;
}
/// Where that object lies in its region: one shift less than from the index, on the way of every quick call.
constexpr u64 object_offset(u64 e) noexcept {
    return e >> 34U & u64{0x3FFFFF} << 6U;
}
constexpr u32 access(u64 e) noexcept {
    return static_cast<u32>(e >> 19U) & 0x1FFFFF;
}
constexpr u32 generation(u64 e) noexcept {
    return static_cast<u32>(e) & 0xFFFF;
}
constexpr u32 next_free(u64 e) noexcept {
    return static_cast<u32>(e);
}
constexpr u64 make(kind k, u32 object, u32 access, u64 flags, u32 generation) noexcept {
    return u64{static_cast<u32>(k)} << 62U | u64{object} << 40U | u64{access & 0x1FFFFF} << 19U | flags |
           (generation & 0xFFFF);
}

}  // namespace entry

struct alignas(64) object_record {
    word64 state;    ///< see namespace state
    word64 extra;    ///< mutex: generation << 32 | acquisitions beyond the first; semaphore: maximum; timer: due time,
                     ///< nanoseconds; section: size; process, thread: id << 32 | exit code; file: its inode
    word64 body;     ///< process, thread: generation << 32 | index of its record while it runs, then of a thread: its
                     ///< process's id << 32; section: number of its file; timer: how often it was set or cancelled;
                     ///< namespace: its number; file: its device
    word32 handles;  ///< the usage count
    word32 references;  ///< what else keeps the record: queued waits, views, a running process or thread
    word32 name;        ///< its first name record
    word32 queue_head;  ///< wait blocks, first come first
    word32 queue_tail;
    word32 link;  ///< free list; list of what is in the making, or of sections to be removed; the timers of one thread;
                  ///< of a file: the next in its bucket of open files
    word32 witness;    ///< named: see namespace witness; thread: its process, while it runs
    word32 suspended;  ///< thread: its suspend count; timer: the thread that has a routine to be called by it, or 0;
                       ///< file: the one before it in its bucket
    word32 account;   ///< process: its account record; job: its job record; thread: what it asked of the scheduler, see
                      ///< thread_facts.hpp; mutex, event, semaphore, timer: how often a wait for it had to sleep;
                      ///< file: the first name record of its path, if it goes with its last handle
    word32 security;  ///< the first name record of its security descriptor; 0: the default
};
static_assert(sizeof(object_record) == 64 && entry::object_offset(entry::make(entry::kind::handle, 1, 0, 0, 0)) == 64);

/// The witness of a named object: a process that holds it, and how many of its handles are known. It may hold more of
/// them, but not fewer. 0: nobody is known to hold it.
namespace witness {

inline constexpr u32 one_handle = max_processes;

constexpr u32 process(u32 w) noexcept {
    return w % max_processes;
}
constexpr u32 handles(u32 w) noexcept {
    return w / max_processes;
}
constexpr u32 with_one_more(u32 w) noexcept {
    return w + one_handle < w ? w : w + one_handle;
}
constexpr u32 with_one_less(u32 w) noexcept {
    return handles(w) <= 1 ? 0 : w - one_handle;
}

}  // namespace witness

/// The suspend count of a thread.
namespace suspend_count {

inline constexpr u32 most = 127;
/// Of the first thread of a process that was started stopped: somebody is about to let it go.
inline constexpr u32 being_resumed = u32{1} << 31U;

constexpr u32 of(u32 suspended) noexcept {
    return suspended & ~being_resumed;
}

}  // namespace suspend_count

/// What is known of a process, also after its end. Belongs to its process object.
struct alignas(64) account_record {
    word64 began;  ///< times of the wall clock and spans: nanoseconds
    word64 ended;  ///< 0: it runs
    word64 kernel_time;
    word64 user_time;
    word32 priority_class;  ///< a number of Win32; 0: none was chosen
    word32 link;            ///< free list
};
static_assert(sizeof(account_record) == 64);

/// What a job object is about. See object/job.hpp.
struct alignas(64) job_record {
    word32 object;        ///< whose record this is; 0: free
    word32 parent;        ///< object: the job that has all members of this one, too, and is kept by it; 0: none
    word32 limits;        ///< flags, by the numbers of Win32
    word32 active_limit;  ///< what the limit on members at a time is, with its flag
    word32 total;         ///< processes that have ever become members, or could not
    word32 terminated;    ///< of these, for a limit
    word64 ending;        ///< bit 32: all its members are to be ended, with this code; it stands in the list of those
    word64 kernel_time;   ///< of members that have ended: nanoseconds
    word64 user_time;
    word32 link;  ///< free list; or the next one that is ending
};
static_assert(sizeof(job_record) == 64);

struct alignas(128) name_record {
    static constexpr u32 text_room = 96;
    word32 hash;
    word32 length;  ///< of the whole key
    word32 object;
    word32 next;  ///< in the bucket, or in the free list
    word32 more;  ///< further text
    word32 spare[3];
    char text[text_room];
};
static_assert(sizeof(name_record) == 128);

/// A thread's place in the queue of one object. Block i of thread t has the number t * max_wait + i.
struct wait_block {
    word32 object;  ///< 0: not queued
    word32 next;
    word32 previous;
    word32 object_generation;
};
static_assert(sizeof(wait_block) == 16);

/// The numbers of wait blocks from here on are those of watches.
inline constexpr u32 first_watch = max_threads * max_wait;

/// A watch tells a wait set that an object may be ready. It stands in the object's queue until it is removed, in front
/// of the waiting threads, and takes nothing.
struct alignas(64) watch_record {
    wait_block queue;
    word32 set;    ///< the object that is the set: an event whose `extra` is the list of its fired watches; 0: free
    word32 fired;  ///< see dispatch/watch.hpp
    word32 fired_next;  ///< in the list of fired watches, or in the free list
    word32 fired_previous;
    word32 process;  ///< whose wait set it is
    word32 next;     ///< of that process
    word32 previous;
    word64 key;
};
static_assert(sizeof(watch_record) == 64);

// What a waiting thread finds in its park word. A hint only: thread_record::wait_count says what holds.
inline constexpr u32 park_asleep = 0;
inline constexpr u32 park_look = 1;       ///< look at your objects again, under the lock
inline constexpr u32 park_satisfied = 2;  ///< wait_result holds the answer
inline constexpr u32 park_awake = 3;      ///< queued, and not asleep yet: a store is enough to tell it

struct alignas(256) thread_record {
    /// 63..32 thread id, 31..12 generation, 1 leaving, 0 claimed. Claimed by compare-and-swap, without the lock: so a
    /// transaction that frees it makes it `leaving`, and only its commit makes it free.
    word64 identity;
    word32 process;
    word32 object;  ///< its thread object, once somebody wanted one
    word64 start_time;
    word64 exit_code;  ///< bit 32: given
    os::life life;
    // The wait in progress. Written by its thread before it queues, then only by holders of the session lock.
    word32 park;        ///< slept on; see dispatch/wait.cpp
    word32 wait_count;  ///< 0: not waiting, or satisfied
    word32 wait_all;
    word32 wait_result;
    word64 wait_since;      ///< monotonic nanoseconds
    word32 halted;          ///< the thread has stopped, or stops before it leaves kobj; see process/suspension.hpp
    word32 timers;          ///< that have a routine of this thread's to be called, by their links
    word64 wait_until;      ///< monotonic nanoseconds; wait_forever: there is no time limit
    word32 wait_alertable;  ///< something for the thread to run ends the wait
    word32 sleeps;          ///< for those who look from outside: how often its waits had to sleep,
    word64 slept;           ///< and for how many nanoseconds in all
};
static_assert(sizeof(thread_record) == 256);

inline constexpr u64 wait_forever = INT64_MAX;

/// The exit code of what runs still (STILL_ACTIVE).
inline constexpr u32 still_active_code = 259;

constexpr u32 thread_id(u64 identity) noexcept {
    return static_cast<u32>(identity >> 32U);
}
constexpr u32 thread_generation(u64 identity) noexcept {
    return static_cast<u32>(identity >> 12U) & 0xFFFFF;
}
constexpr bool thread_claimed(u64 identity) noexcept {
    return (identity & 1U) != 0;
}
/// Whether a thread may claim the record.
constexpr bool thread_free(u64 identity) noexcept {
    return (identity & 3U) == 0;
}
constexpr bool thread_leaving(u64 identity) noexcept {
    return (identity & 3U) == 2;
}
constexpr u64 make_leaving_identity(u32 generation) noexcept {
    return u64{generation & 0xFFFFF} << 12U | 2U;
}
constexpr u64 make_thread_identity(u32 id, u32 generation, bool claimed) noexcept {
    return u64{id} << 32U | u64{generation & 0xFFFFF} << 12U | (claimed ? 1U : 0U);
}

enum class process_state : u32 {
    free = 0,
    building = 1,  ///< being filled by process `builder`; does not run yet
    foreign = 2,   ///< runs, but not kobj: a child before it attaches, or a program without kobj
    attached = 3,  ///< runs kobj, holds its record lock
    forking = 4,   ///< filled by `builder` for a fork; the child claims it
    detached = 5,  ///< closes everything and is about to end; takes no handles
    execed = 6,    ///< has given up kobj by exec; what exec closes is still to be closed
};

/// Of a process or thread whose exit code was noted by the one that ends it next. Many bits: a damaged record does not
/// look like that.
inline constexpr u64 condemned = 0x4B696C6C;
constexpr u64 code_of_condemned(u32 code) {
    return condemned << 33U | u64{1} << 32U | code;
}
constexpr bool is_condemned(u64 exit_code) {
    return exit_code >> 33U == condemned;
}

struct alignas(256) process_record {
    word32 state;
    word32 generation;
    word32 id;
    word32 builder;
    word32 parent;  ///< record index of the process that started it, as far as known
    word32 object;
    word32 primary_thread;  ///< object index; the thread that attaches first in the child takes it
    word32 error;           ///< errno of a start that failed, told by the child
    word64 start_time;      ///< 0: not known yet
    word64 exit_code;       ///< bit 32: given; written once; condemned: whoever finds the killer dead kills
    // The handle table; its entries lie in the table region.
    word32 committed;  ///< entries backed by memory
    word32 high;       ///< entries below have been in use
    word32 free_head;  ///< freed entries, freed longest ago first
    word32 free_tail;
    word32 used;       ///< handles
    word32 making;     ///< see object/making.hpp
    word32 watches;    ///< of its wait sets
    word32 described;  ///< words of its table of descriptors backed by memory, see handle/descriptors.hpp
    // Noted by the process itself on its way out; see account_record.
    word64 ended;
    word64 kernel_time;
    word64 user_time;
    word32 job;  ///< object: the innermost job that it is a member of, or 0
};
static_assert(sizeof(process_record) == 256);

/// Something that happened, while somebody traces: a slot of a ring. Whole when `begun` and `done` are equal.
struct alignas(128) trace_record {
    static constexpr u32 text_room = 80;
    word64 begun;    ///< its number, from 1; written first
    word64 done;     ///< the same, written last
    word64 time;     ///< monotonic nanoseconds
    word64 object;   ///< generation << 32 | record; 0: none
    word32 process;  ///< id of who did it, or whom it happened to
    word32 thread;
    word32 what;           ///< trace::what, type of the object << 8
    word32 detail;         ///< by what
    char name[text_room];  ///< the key of the object's name, ended by a NUL if there is room; shortened if not
};
static_assert(sizeof(trace_record) == 128);

struct undo_entry {
    word64 where;  ///< offset in the arena, bit 0 set for a word of 32 bits
    word64 old;
};

/// Which growing part of the arena.
enum class region : u32 { processes, threads, waits, objects, names, buckets, watches, accounts, trace, jobs, count };

struct arena_header {
    word64 magic;
    word32 version;
    word32 fingerprint;
    word64 boot_high, boot_low;
    word64 pid_namespace;
    word32 user;
    word32 dead;  ///< nobody may attach any more: its last process has left
    word64 committed[static_cast<std::size_t>(region::count)];  ///< bytes backed by memory

    alignas(64) word32 session_lock;  ///< see arena/session_lock.hpp
    word32 undo_count;
    word64 changes;      ///< counts what was committed or undone: whoever copies the arena sees whether it stood still
    word64 trace_until;  ///< monotonic nanoseconds: until then what happens is noted; see dispatch/trace.hpp
    word64 traced;       ///< how many slots of the ring were claimed

    alignas(64) word32 free_object;
    word32 high_object;  ///< records below have been in use
    word32 free_name;
    word32 high_name;
    word32 high_process;
    word32 thread_hint;
    word32 removed_sections;  ///< sections whose file is still to be unlinked
    word32 ended_processes;   ///< process objects that outlive their process
    word32 name_count;
    word32 bucket_count;  ///< linear hashing: buckets in use
    word64 next_section;
    word64 next_namespace;
    word32 free_watch;
    word32 high_watch;
    word32 free_account;
    word32 high_account;
    word32 open_files[file_buckets];  ///< files of the disk that are open, see object/file.hpp
    word32 free_job;
    word32 high_job;
    word32 ending_jobs;  ///< the first job record whose members are to be ended
    word32 lendings;     ///< counts changes of handles to lent files; see handle/lending.hpp
    word64 keeper;  ///< generation << 32 | index of the process that keeps watch for jobs, or 0: process/keeper.hpp
    alignas(64) undo_entry undo[undo_room];
};

inline constexpr u64 arena_magic = 0x0031'4A42'4F4B'1A0AU;  // no text, then "KOBJ1"
inline constexpr u32 arena_version = 11;

// Where each region starts. Address space only: memory is committed as it is needed.
inline constexpr u64 page = 4096;
inline constexpr u64 header_size = (sizeof(arena_header) + page - 1) / page * page;
inline constexpr u64 processes_at = header_size;
inline constexpr u64 threads_at = processes_at + u64{max_processes} * sizeof(process_record);
inline constexpr u64 waits_at = threads_at + u64{max_threads} * sizeof(thread_record);
inline constexpr u64 objects_at = waits_at + u64{max_threads} * max_wait * sizeof(wait_block);
inline constexpr u64 names_at = objects_at + u64{max_objects} * sizeof(object_record);
inline constexpr u64 buckets_at = names_at + u64{max_names} * sizeof(name_record);
inline constexpr u64 watches_at = buckets_at + u64{max_buckets} * sizeof(word32);
inline constexpr u64 accounts_at = watches_at + u64{max_watches} * sizeof(watch_record);
inline constexpr u64 trace_at = accounts_at + u64{max_accounts} * sizeof(account_record);
inline constexpr u64 jobs_at = trace_at + u64{max_traced} * sizeof(trace_record);
inline constexpr u64 tables_at = jobs_at + u64{max_jobs} * sizeof(job_record);
// A table: the entries, then a word for each with the descriptor, if it is a handle to a file.
inline constexpr u64 descriptors_in_table = u64{max_handles} * sizeof(word64);
inline constexpr u64 table_size = descriptors_in_table + u64{max_handles} * sizeof(word32);
inline constexpr u64 arena_size = tables_at + u64{max_processes} * table_size;

/// Differs when two builds would read the same bytes differently.
constexpr u32 layout_fingerprint() noexcept {
    u64 f = 1469598103934665603U;
    for (u64 part : {u64{sizeof(arena_header)},
                     u64{sizeof(process_record)},
                     u64{sizeof(thread_record)},
                     u64{sizeof(object_record)},
                     u64{offsetof(object_record, security)},
                     u64{sizeof(name_record)},
                     u64{sizeof(wait_block)},
                     u64{sizeof(watch_record)},
                     u64{sizeof(account_record)},
                     u64{sizeof(job_record)},
                     u64{sizeof(os::life)},
                     u64{offsetof(thread_record, life)},
                     u64{offsetof(thread_record, park)},
                     u64{offsetof(thread_record, halted)},
                     u64{offsetof(thread_record, wait_until)},
                     u64{max_processes},
                     u64{max_threads},
                     u64{max_objects},
                     u64{max_names},
                     u64{max_handles},
                     u64{undo_room},
                     arena_size}) {
        f = (f ^ part) * 1099511628211U;
    }
    return static_cast<u32>(f ^ f >> 32U);
}

}  // namespace kobj::posix
