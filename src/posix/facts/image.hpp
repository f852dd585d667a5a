#pragma once

#include <string>

#include "facts/unreadable.hpp"
#include "posix/arena/layout.hpp"

namespace kobj::posix {

/// Throws facts::unreadable for the header of something else than an arena of this layout.
void check_layout(const arena_header& header);

/// A copy of an arena's bytes in this process's own memory. Whatever the file holds, nothing outside of the copy is
/// read: each record is asked for by its index, and is null when there is none.
///
/// The copy is not made at one moment. stood_still() says whether that made a difference.
class image {
public:
    image();
    image(const image&) = delete;
    image& operator=(const image&) = delete;
    ~image();

    /// Copies the arena that the file holds: takes no lock, writes nothing, and can be repeated. Throws
    /// facts::unreadable. The caller keeps the descriptor open: a process that is attached would lose its record locks
    /// by closing it.
    void read(int file);
    /// The same until it stood still, at most `most` times.
    void read_still(int file, int most);
    /// No transaction ended, and nobody took or let go of the lock, while the bytes were copied.
    [[nodiscard]] bool stood_still() const noexcept { return stood_still_; }

    /// Takes back, in the copy, what a transaction had done that had not ended. Returns what is wrong with the log, or
    /// an empty text.
    std::string undo();

    [[nodiscard]] const arena_header& header() const noexcept { return *reinterpret_cast<const arena_header*>(base_); }
    [[nodiscard]] u32 capacity(region which) const noexcept { return capacity_[static_cast<std::size_t>(which)]; }

    const process_record* process(u32 i) const { return at<process_record>(region::processes, i); }
    const thread_record* thread(u32 i) const { return at<thread_record>(region::threads, i); }
    const object_record* object(u32 i) const { return at<object_record>(region::objects, i); }
    const name_record* name(u32 i) const { return at<name_record>(region::names, i); }
    const watch_record* watch(u32 i) const { return at<watch_record>(region::watches, i); }
    const account_record* account(u32 i) const { return at<account_record>(region::accounts, i); }
    const trace_record* trace(u32 i) const { return at<trace_record>(region::trace, i); }
    const job_record* job(u32 i) const { return at<job_record>(region::jobs, i); }
    const word32* bucket(u32 i) const { return at<word32>(region::buckets, i); }
    /// By the number of a wait block: of a thread or of a watch.
    const wait_block* wait(u32 number) const;
    /// Null beyond what the process's table has in use.
    const word64* entry(u32 process, u32 i) const;
    /// The name of an object or of a descriptor as it is kept, with its prefix; what is there of it.
    [[nodiscard]] std::string key_of(const object_record& object) const;
    /// The word beside that entry; 0 when there is none.
    [[nodiscard]] u32 descriptor(u32 process, u32 i) const;
    /// How many entries of a table were copied.
    [[nodiscard]] u32 table_length(u32 process) const noexcept;
    /// How many words of its table of descriptors.
    [[nodiscard]] u32 described(u32 process) const noexcept;

private:
    template <class T>
    const T* at(region which, u32 i) const noexcept {
        return i < capacity(which) ? reinterpret_cast<const T*>(base_ + start_of(which)) + i : nullptr;
    }
    static u64 start_of(region which) noexcept;
    void copy(int file, u64 from, u64 length);
    [[nodiscard]] char* word_at(u64 offset, u64 size) const noexcept;

    char* base_ = nullptr;
    u64 size_ = 0;  ///< of the file
    bool stood_still_ = false;
    u32 capacity_[static_cast<std::size_t>(region::count)] = {};
};

}  // namespace kobj::posix
