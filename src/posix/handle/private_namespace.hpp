#pragma once

#include <kobj/handle.hpp>

#include <string>
#include <string_view>

// Private namespaces, for <windows.h>: directories of names beside the session's own. A namespace is an object that is
// found by its boundary, and lives as long as a handle to it is open in some process. Names in it are reached through
// an alias, which belongs to the process that chose it, and to the handle.
namespace kobj::posix {

/// The boundary as bytes that are equal for equal boundaries: a text, a NUL, what else belongs to it.
/// Errors: already_exists (183) when there is one of that boundary; invalid_parameter (87) for an alias that cannot be
/// one; 52 (ERROR_DUP_NAME) when the process uses it already; no_system_resources (1450).
KOBJ_API result<handle_value> create_private_namespace(std::string_view boundary, std::string_view alias,
                                                       bool inheritable) noexcept;
/// Errors: path_not_found (3) when there is none; those of the alias.
KOBJ_API result<handle_value> open_private_namespace(std::string_view boundary, std::string_view alias) noexcept;
/// Closes the handle and forgets its alias. The objects in it stay as long as they have handles. With `destroy` nobody
/// can open it any more, and another one may be made with its boundary. Error: invalid_handle (6).
KOBJ_API result<void> close_private_namespace(handle_value value, bool destroy) noexcept;

/// The key of a name whose prefix is an alias, empty when it is none. Throws failure for what is wrong behind it.
std::string key_by_alias(std::string_view name);

/// No thread may be in the middle of a change when the process forks.
void lock_aliases() noexcept;
void unlock_aliases() noexcept;

}  // namespace kobj::posix
