#pragma once

#include <functional>
#include <string>

#include "common/object_name.hpp"
#include "posix/arena/context.hpp"
#include "posix/handle/target.hpp"

// Create and open, for every type alike.
namespace kobj::posix {

struct new_handle {
    handle_value value;
    bool existed = false;
};

/// The directory's key; empty for an unnamed object. Throw failure for a bad name.
std::string key_to_create(std::string_view name);
std::string key_to_open(std::string_view name);

/// Makes an object by `make` and a handle to it, or finds the one of that name. `make` may run more than once.
new_handle create_object(const context& me, const std::string& key, object_type type, access_mask access,
                         bool inheritable, const std::function<u32(transaction&)>& make);

/// Null when there is none of that name. Throws failure (invalid_handle) when it is of another type.
handle_value open_object(const context& me, const std::string& key, object_type type, access_mask access,
                         bool inheritable);

/// What the public open calls do: the same by the name as the caller gives it. Throws failure (file_not_found).
handle_value open_named(const context& me, std::string_view name, object_type type, access_mask access,
                        bool inheritable);

}  // namespace kobj::posix
