#pragma once

#include <kobj/handle.hpp>

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "posix/arena/transaction.hpp"

// The security descriptors of objects: bytes that are kept with an object and given back. What they mean is the
// business of <windows.h>, for which these calls are; here nobody is judged by them.
namespace kobj::posix {

using descriptor_bytes = std::vector<std::byte>;

/// What the object was given, or empty: the default. Errors: invalid_handle (6); access_denied (5) when the handle does
/// not grant all of `needed`.
KOBJ_API result<descriptor_bytes> read_descriptor(handle_value value, access_mask needed) noexcept;
/// Replaces it by what `change` makes of it, in one step. The same errors; no_system_resources (1450) beyond 32 KiB.
/// `change` may run more than once.
KOBJ_API result<void> change_descriptor(
    handle_value value, access_mask needed,
    const std::function<descriptor_bytes(const descriptor_bytes&)>& change) noexcept;

/// The type's own rights for the generic ones. Bits that the type does not have stay.
KOBJ_API access_mask map_generic_rights(object_type type, access_mask rights) noexcept;

/// While it lives, a new object of this thread gets this descriptor; one that existed keeps its own. The public API
/// has no word for it.
class KOBJ_API descriptor_for_new {
public:
    explicit descriptor_for_new(std::span<const std::byte> bytes) noexcept;
    descriptor_for_new(const descriptor_for_new&) = delete;
    descriptor_for_new& operator=(const descriptor_for_new&) = delete;
    ~descriptor_for_new();

    /// Empty: none.
    static std::span<const std::byte> current() noexcept;

private:
    std::span<const std::byte> outer_;
};

/// Within the backend. Empty: the default again.
void keep_descriptor(transaction& tx, object_record& object, std::span<const std::byte> bytes);

}  // namespace kobj::posix
