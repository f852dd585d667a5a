#pragma once

#include "posix/arena/transaction.hpp"

// What a process is in the middle of making, over several transactions: file mappings whose session file is being made,
// and objects of threads that have not begun yet. They stand in a list of the process, so that whoever settles it finds
// them, should it be killed in between.
namespace kobj::posix {

/// `object` has the process as its witness.
void add_to_making(transaction& tx, u32 object);
void take_from_making(transaction& tx, u32 object);

}  // namespace kobj::posix
