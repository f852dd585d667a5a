#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "posix/arena/transaction.hpp"

// Bytes of any length, in a chain of name records.
namespace kobj::posix {

/// A name record of its own: from the free list, or a new one. Only its `next` needs to be found as it was.
u32 take_name_record(transaction& tx);
/// The whole chain goes back to the free list.
void free_name_records(transaction& tx, u32 first);

/// So many that keeping and freeing them fits into one transaction.
inline constexpr std::size_t most_bytes_kept = 32'768;
/// The first record of the chain. Not empty, and no more than most_bytes_kept.
u32 keep_bytes(transaction& tx, std::span<const std::byte> bytes);
std::vector<std::byte> kept_bytes(const transaction& tx, u32 first);

}  // namespace kobj::posix
