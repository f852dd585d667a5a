#pragma once

#include <kobj/handle_value.hpp>

#include "posix/object/object.hpp"

// Handle tables: one per process, in the arena, so that others can insert into them. An entry is one word; a free one
// links to the next. Values are given out in the order in which they were freed, so that a stale handle stays an error
// as long as possible.
namespace kobj::posix {

constexpr u64 index_of(handle_value value) noexcept {
    return value.value() >> 2U;
}
constexpr handle_value value_of(u32 index) noexcept {
    return handle_value(std::uintptr_t{index} << 2U);
}

/// Puts an entry into the table of `process` and counts it on its object.
u32 add_entry(transaction& tx, u32 process, u64 entry, trace::what how = trace::what::opened);
/// The same at a given index, in a table whose other entries are filled in rising order: for inheritance.
void add_entry_at(transaction& tx, u32 process, u32 index, u64 entry);
/// Empties an entry that is in use, and uncounts it. Gives the descriptor that it had, or -1: of a handle of the
/// calling process its caller drops it, behind the commit.
int remove_entry(transaction& tx, u32 process, u32 index);
/// The same for a handle that is closed by a call. A descriptor that others may still have to fetch stays, in an entry
/// of its own kind, and what is given is kept_for_others: its process looks after it by lending::look_after.
inline constexpr int kept_for_others = -2;
int close_entry(transaction& tx, u32 process, u32 index);

u64 make_entry(const object_record& object, access_mask access, bool inheritable);

}  // namespace kobj::posix
