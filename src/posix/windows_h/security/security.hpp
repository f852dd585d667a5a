#pragma once

#include <cstddef>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "posix/object/security.hpp"

#include <windows.h>

// Security identifiers, access control lists and descriptors, taken apart and put together.
namespace kobj::windows_h {

using byte_view = std::span<const std::byte>;

inline byte_view bytes_at(const void* address, std::size_t size) noexcept {
    return {static_cast<const std::byte*>(address), size};
}

// ---- SIDs ----

inline bool is_sid(const void* sid) noexcept {
    const auto* const s = static_cast<const SID*>(sid);
    return s != nullptr && s->Revision == SID_REVISION && s->SubAuthorityCount <= SID_MAX_SUB_AUTHORITIES;
}
constexpr DWORD sid_length(DWORD sub_authorities) noexcept {
    return 8 + 4 * sub_authorities;
}
inline DWORD length_of_sid(const void* sid) noexcept {
    return sid_length(static_cast<const SID*>(sid)->SubAuthorityCount);
}
inline byte_view sid_bytes(const void* sid) noexcept {
    return bytes_at(sid, length_of_sid(sid));
}

/// A SID as a value.
class sid_value {
public:
    sid_value() noexcept : bytes_{} {}
    sid_value(BYTE authority, std::initializer_list<DWORD> sub_authorities) noexcept;

    [[nodiscard]] PSID get() noexcept { return bytes_; }
    [[nodiscard]] byte_view bytes() const noexcept { return sid_bytes(bytes_); }
    [[nodiscard]] bool equals(const void* other) const noexcept;

private:
    alignas(SID) std::byte bytes_[sid_length(SID_MAX_SUB_AUTHORITIES)];
};

/// Who a process is: S-1-22-1-uid and S-1-22-2-gid, as Samba has them. There are no names for others.
sid_value user_sid();
sid_value group_sid();
/// Is the process, as user or member, one of those?
bool is_member(const void* sid);
/// The highest label that a process may give: medium, or high for root.
DWORD integrity_level();

// ---- ACLs ----

/// Is it whole: a known revision, and entries that lie within it?
bool is_acl(const void* acl) noexcept;
inline byte_view acl_bytes(const void* acl) noexcept {
    return bytes_at(acl, static_cast<const ACL*>(acl)->AclSize);
}
/// Where the next entry would go, and so what is in use.
std::size_t acl_bytes_in_use(const ACL* acl) noexcept;

// ---- descriptors ----

/// What a descriptor of either form says. The pointers lead into what was taken apart.
struct descriptor_parts {
    SECURITY_DESCRIPTOR_CONTROL control = 0;
    const void* owner = nullptr;
    const void* group = nullptr;
    const void* sacl = nullptr;  ///< of meaning when the control says that it is present
    const void* dacl = nullptr;

    [[nodiscard]] bool has_dacl() const noexcept { return (control & SE_DACL_PRESENT) != 0; }
    [[nodiscard]] bool has_sacl() const noexcept { return (control & SE_SACL_PRESENT) != 0; }
};
/// Nothing for what is no descriptor, or has a part that is not whole.
std::optional<descriptor_parts> take_apart(const void* descriptor) noexcept;
/// The same of one in the self-relative form that is this long: no part of it reaches beyond. Aligned as a DWORD is.
std::optional<descriptor_parts> take_apart(byte_view self_relative) noexcept;
std::size_t self_relative_length(const descriptor_parts& parts) noexcept;
void write_self_relative(const descriptor_parts& parts, void* to) noexcept;
std::vector<std::byte> self_relative(const descriptor_parts& parts);

// ---- the descriptors of objects ----

/// The one that an object has when nobody gave it any: of the user, who may do all, as the system may.
std::vector<std::byte> default_descriptor(kobj::object_type type);

/// Gives the object that is made while this lives the descriptor of its attributes.
class descriptor_of_new {
public:
    descriptor_of_new(const SECURITY_ATTRIBUTES* attributes, kobj::object_type type) noexcept;
    /// 0, or why it cannot be had.
    [[nodiscard]] DWORD error() const noexcept { return error_; }

private:
    std::vector<std::byte> bytes_;
    std::optional<posix::descriptor_for_new> scope_;
    DWORD error_ = 0;
};

}  // namespace kobj::windows_h
