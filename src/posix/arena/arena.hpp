#pragma once

#include <array>
#include <atomic>
#include <string>

#include "posix/arena/layout.hpp"
#include "posix/fail.hpp"
#include "posix/os/futex.hpp"

namespace kobj::posix {

/// This process's mapping of the session's shared memory. Records are type-stable: once committed, a record is always
/// readable and always a record of its kind, so that a stale index leads to a wrong generation, not to a fault.
class arena {
public:
    /// Opens the session's arena, or makes it. Throws failure. Called once per process, before any other use.
    void open();
    /// Gives up a mapping made by open() to which this process has not attached.
    void close() noexcept;
    /// The same when a thread record in it is in use: the memory stays mapped, since the robust list leads there.
    void abandon() noexcept;
    [[nodiscard]] bool is_open() const noexcept { return base_ != nullptr; }

    [[nodiscard]] arena_header& header() const noexcept { return *reinterpret_cast<arena_header*>(base_); }
    /// A descriptor of the arena's file. A program that closes all descriptors closes this one, too, and its number may
    /// be another file's since: then the file is opened anew. -1 when that cannot be done.
    [[nodiscard]] int file() noexcept;

    /// Has the file lost its name? Then whoever comes finds another session: throws failure (file_invalid). A call of
    /// the system; the second looks once in a second only.
    void check_named();
    void check_named_now_and_then() {
        if (os::coarse_now() >= next_look_.load(std::memory_order_relaxed)) look_for_name();
    }

    // By index. Throw failure (file_corrupt) for an index beyond what is committed.
    process_record& process(u32 i) { return at<process_record>(region::processes, processes_at, i); }
    thread_record& thread(u32 i) { return at<thread_record>(region::threads, threads_at, i); }
    object_record& object(u32 i) { return at<object_record>(region::objects, objects_at, i); }
    name_record& name(u32 i) { return at<name_record>(region::names, names_at, i); }
    wait_block& wait(u32 i) {
        return i < first_watch ? at<wait_block>(region::waits, waits_at, i) : watch(i - first_watch).queue;
    }
    watch_record& watch(u32 i) { return at<watch_record>(region::watches, watches_at, i); }
    account_record& account(u32 i) { return at<account_record>(region::accounts, accounts_at, i); }
    trace_record& trace(u32 i) { return at<trace_record>(region::trace, trace_at, i); }
    job_record& job(u32 i) { return at<job_record>(region::jobs, jobs_at, i); }
    word32& bucket(u32 i) { return at<word32>(region::buckets, buckets_at, i); }
    word64& table_entry(u32 process_index, u32 i) {
        if (i >= table_mark(process_index)) widen_table(process_index, i);
        return table(process_index)[i];
    }
    /// The entry if it is backed by memory, else null. For a number that comes from a caller.
    word64* find_table_entry(u32 process_index, u64 i);

    word64* table(u32 process_index) const noexcept {
        return reinterpret_cast<word64*>(base_ + tables_at + u64{process_index} * table_size);
    }
    [[nodiscard]] char* descriptors(u32 process_index) const noexcept {
        return base_ + tables_at + u64{process_index} * table_size + descriptors_in_table;
    }
    /// How many entries of a table this process may touch.
    [[nodiscard]] u32 table_mark(u32 process_index) const noexcept {
        return process_index < max_processes ? table_mark_[process_index].load(std::memory_order_relaxed) : 0;
    }
    /// The word beside an entry: which descriptor a handle to a file has. Throws failure beyond what is committed.
    word32& descriptor(u32 process_index, u32 i) {
        if (i >= descriptor_mark_[process_index < max_processes ? process_index : 0].load(std::memory_order_relaxed))
            widen_descriptors(process_index, i);
        return reinterpret_cast<word32*>(descriptors(process_index))[i];
    }
    /// The object that an entry leads to; null beyond what this process may touch: no look at what others have
    /// committed.
    object_record* peek_object(u64 entry) const noexcept {
        const u64 at = entry::object_offset(entry);
        const u64 mark = mark_[static_cast<std::size_t>(region::objects)].load(std::memory_order_relaxed);
        return at < mark ? reinterpret_cast<object_record*>(base_ + objects_at + at) : nullptr;
    }

    u32 index_of(const object_record& o) const noexcept { return index_of(&o, objects_at); }
    u32 index_of(const thread_record& t) const noexcept { return index_of(&t, threads_at); }
    u32 index_of(const process_record& p) const noexcept { return index_of(&p, processes_at); }
    [[nodiscard]] u64 offset_of(const void* address) const noexcept {
        return static_cast<u64>(static_cast<const char*>(address) - base_);
    }

    /// How many records are backed by memory, as far as all processes know.
    [[nodiscard]] u32 capacity(region which) const noexcept;
    /// Makes sure that record `i` is backed by memory. Throws failure (no_system_resources). System calls.
    void commit(region which, u32 i);
    void commit_table(u32 process_index, u32 entries);
    void commit_descriptors(u32 process_index, u32 entries);

    /// The word that an undo entry names. Throws failure (file_corrupt) when the entry cannot be right.
    [[nodiscard]] char* checked_address(u64 offset, u64 size);

private:
    template <class T>
    T& at(region which, u64 start, u32 i) {
        const u64 end = (u64{i} + 1) * sizeof(T);
        if (end > mark_[static_cast<std::size_t>(which)].load(std::memory_order_relaxed)) widen(which, end);
        return reinterpret_cast<T*>(base_ + start)[i];
    }
    template <class T>
    u32 index_of(const T* record, u64 start) const noexcept {
        return static_cast<u32>(record - reinterpret_cast<const T*>(base_ + start));
    }
    void look_for_name();
    void check_backed(u64 end);
    void widen(region which, u64 end);
    void widen_table(u32 process_index, u32 i);
    void widen_descriptors(u32 process_index, u32 i);
    bool map_existing();
    bool make_new();
    bool remove_deserted();
    void map();
    void check_header();
    void commit_range(u64 from, u64 length);
    void adopt_file(int fd) noexcept;

    char* base_ = nullptr;
    int fd_ = -1;
    u64 inode_ = 0;
    u64 device_ = 0;
    std::atomic<i64> next_look_{0};
    // What this process may touch; never more than the shared marks.
    std::array<std::atomic<u64>, static_cast<std::size_t>(region::count)> mark_{};
    std::array<std::atomic<u32>, max_processes> table_mark_{};
    std::array<std::atomic<u32>, max_processes> descriptor_mark_{};
};

extern arena the_only_arena;
/// The one arena of this process. Never destroyed: other static destructors may still use handles.
inline arena& the_arena() noexcept {
    return the_only_arena;
}
/// Where the session's arena is, by user, PID namespace and KOBJ_SESSION.
const std::string& arena_path();

}  // namespace kobj::posix
