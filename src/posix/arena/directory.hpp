#pragma once

#include <string>
#include <string_view>

#include "posix/arena/transaction.hpp"

// The names of the session: a hash table that grows by one bucket at a time (linear hashing), so that no single change
// is large. A key is the namespace's letter and the bare name:
// L, G, P with the number of a private namespace and a backslash; B, for a namespace itself, with its boundary.
namespace kobj::posix {

/// The object of that name, or 0.
u32 find_name(const transaction& tx, std::string_view key);
void add_name(transaction& tx, std::string_view key, u32 object);
void remove_name(transaction& tx, object_record& object);

/// The key of a named object, empty for an unnamed one. Without the lock it may be torn.
std::string read_name(const object_record& object);

}  // namespace kobj::posix
