#pragma once

#include <kobj/handle.hpp>

#include "posix/arena/transaction.hpp"

// The records of all objects: made, counted, freed. An object has two counts: handles (its usage count; at zero its
// name is free) and references (queued waits, mapped views, a running process or thread). At zero of both the record is
// free.
namespace kobj::posix {

constexpr u32 type_number(object_type type) noexcept {
    return static_cast<u32>(type);
}

/// A directory of names: the public API does not know it.
inline constexpr auto private_namespace_type = object_type{static_cast<u8>(state::private_namespace)};

/// A new object without handles and references.
u32 make_object(transaction& tx, u32 type, u64 value, u64 extra, u64 body);

void add_handle(transaction& tx, object_record& object, u32 holder);
/// `holder` is the process whose handle goes.
void drop_handle(transaction& tx, object_record& object, u32 holder);
void add_reference(transaction& tx, object_record& object);
void drop_reference(transaction& tx, object_record& object);

}  // namespace kobj::posix
