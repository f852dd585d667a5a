#include <algorithm>

#include "posix/windows_h/call.hpp"
#include "posix/windows_h/security/security.hpp"

namespace kobj::windows_h {

namespace {

const SECURITY_DESCRIPTOR* header_of(const void* descriptor) noexcept {
    return static_cast<const SECURITY_DESCRIPTOR*>(descriptor);
}

bool is_relative(const void* descriptor) noexcept {
    return (header_of(descriptor)->Control & SE_SELF_RELATIVE) != 0;
}

/// The parts without a look at them. In the self-relative form an offset of 0 is no part.
descriptor_parts parts_of(const void* descriptor) noexcept {
    if (!is_relative(descriptor)) {
        const SECURITY_DESCRIPTOR& d = *header_of(descriptor);
        return {d.Control, d.Owner, d.Group, d.Sacl, d.Dacl};
    }
    const auto* const base = static_cast<const std::byte*>(descriptor);
    SECURITY_DESCRIPTOR_RELATIVE d;
    std::memcpy(&d, base, sizeof d);
    const auto at = [base](DWORD offset) { return offset == 0 ? nullptr : base + offset; };
    return {d.Control, at(d.Owner), at(d.Group), at(d.Sacl), at(d.Dacl)};
}

bool is_whole(const descriptor_parts& parts) noexcept {
    const auto sid = [](const void* s) { return s == nullptr || is_sid(s); };
    const auto acl = [](bool present, const void* a) { return !present || a == nullptr || is_acl(a); };
    return sid(parts.owner) && sid(parts.group) && acl(parts.has_dacl(), parts.dacl) &&
           acl(parts.has_sacl(), parts.sacl);
}

/// Does a part lie within the bytes that begins there, and whose length can be read from the first `least` of it?
template <class Length>
bool holds(byte_view bytes, std::size_t offset, std::size_t least, Length length) noexcept {
    if (offset % alignof(DWORD) != 0 || offset > bytes.size() || bytes.size() - offset < least) return false;
    return length(bytes.data() + offset) <= bytes.size() - offset;
}

std::size_t length_of_acl(bool present, const void* acl) noexcept {
    return present && acl != nullptr ? acl_bytes(acl).size() : 0;
}
std::size_t length_or_0(const void* sid) noexcept {
    return sid == nullptr ? 0 : length_of_sid(sid);
}

}  // namespace

std::optional<descriptor_parts> take_apart(const void* descriptor) noexcept {
    if (descriptor == nullptr || header_of(descriptor)->Revision != SECURITY_DESCRIPTOR_REVISION) return {};
    const descriptor_parts parts = parts_of(descriptor);
    if (!is_whole(parts)) return {};
    return parts;
}

std::optional<descriptor_parts> take_apart(byte_view bytes) noexcept {
    SECURITY_DESCRIPTOR_RELATIVE d;
    if (bytes.size() < sizeof d || !is_relative(bytes.data())) return {};
    std::memcpy(&d, bytes.data(), sizeof d);
    for (const DWORD sid : {d.Owner, d.Group})
        if (sid != 0 && !holds(bytes, sid, sid_length(0), [](const void* at) { return length_of_sid(at); })) return {};
    for (const DWORD acl : {d.Sacl, d.Dacl})
        if (acl != 0 && !holds(bytes, acl, sizeof(ACL), [](const void* at) { return acl_bytes(at).size(); })) return {};
    return take_apart(bytes.data());
}

std::size_t self_relative_length(const descriptor_parts& parts) noexcept {
    return sizeof(SECURITY_DESCRIPTOR_RELATIVE) + length_of_acl(parts.has_sacl(), parts.sacl) +
           length_of_acl(parts.has_dacl(), parts.dacl) + length_or_0(parts.owner) + length_or_0(parts.group);
}

void write_self_relative(const descriptor_parts& parts, void* to) noexcept {
    SECURITY_DESCRIPTOR_RELATIVE header{};
    header.Revision = SECURITY_DESCRIPTOR_REVISION;
    header.Control = static_cast<SECURITY_DESCRIPTOR_CONTROL>(parts.control | SE_SELF_RELATIVE);
    auto* const base = static_cast<std::byte*>(to);
    std::size_t at = sizeof header;
    const auto put = [&](const void* part, std::size_t size) -> DWORD {
        if (size == 0) return 0;
        std::memcpy(base + at, part, size);
        return static_cast<DWORD>(std::exchange(at, at + size));
    };
    header.Sacl = put(parts.sacl, length_of_acl(parts.has_sacl(), parts.sacl));
    header.Dacl = put(parts.dacl, length_of_acl(parts.has_dacl(), parts.dacl));
    header.Owner = put(parts.owner, length_or_0(parts.owner));
    header.Group = put(parts.group, length_or_0(parts.group));
    std::memcpy(base, &header, sizeof header);
}

std::vector<std::byte> self_relative(const descriptor_parts& parts) {
    std::vector<std::byte> bytes(self_relative_length(parts));
    write_self_relative(parts, bytes.data());
    return bytes;
}

}  // namespace kobj::windows_h

using namespace kobj::windows_h;

namespace {

SECURITY_DESCRIPTOR* known(PSECURITY_DESCRIPTOR descriptor) noexcept {
    auto* const d = static_cast<SECURITY_DESCRIPTOR*>(descriptor);
    return d != nullptr && d->Revision == SECURITY_DESCRIPTOR_REVISION ? d : nullptr;
}

void mark(SECURITY_DESCRIPTOR& d, WORD bits, bool on) noexcept {
    d.Control = static_cast<WORD>(on ? d.Control | bits : d.Control & ~bits);
}

/// Runs `change` on a descriptor of the absolute form.
template <class F>
BOOL change_absolute(PSECURITY_DESCRIPTOR descriptor, F change) noexcept {
    SECURITY_DESCRIPTOR* const d = known(descriptor);
    if (d == nullptr) return refuse(ERROR_UNKNOWN_REVISION);
    if ((d->Control & SE_SELF_RELATIVE) != 0) return refuse(ERROR_INVALID_SECURITY_DESCR);
    change(*d);
    return TRUE;
}

BOOL get_acl(PSECURITY_DESCRIPTOR descriptor, LPBOOL present, PACL* acl, LPBOOL defaulted, WORD present_bit,
             WORD defaulted_bit, const void* descriptor_parts::*which) noexcept {
    const SECURITY_DESCRIPTOR* const d = known(descriptor);
    if (d == nullptr) return refuse(ERROR_UNKNOWN_REVISION);
    if (present == nullptr || acl == nullptr || defaulted == nullptr) return refuse(ERROR_INVALID_PARAMETER);
    *present = (d->Control & present_bit) != 0 ? TRUE : FALSE;
    if (!*present) return TRUE;
    *acl = static_cast<PACL>(const_cast<void*>(parts_of(d).*which));
    *defaulted = (d->Control & defaulted_bit) != 0 ? TRUE : FALSE;
    return TRUE;
}

BOOL get_sid(PSECURITY_DESCRIPTOR descriptor, PSID* sid, LPBOOL defaulted, WORD defaulted_bit,
             const void* descriptor_parts::*which) noexcept {
    const SECURITY_DESCRIPTOR* const d = known(descriptor);
    if (d == nullptr) return refuse(ERROR_UNKNOWN_REVISION);
    if (sid == nullptr || defaulted == nullptr) return refuse(ERROR_INVALID_PARAMETER);
    *sid = const_cast<void*>(parts_of(d).*which);
    *defaulted = (d->Control & defaulted_bit) != 0 ? TRUE : FALSE;
    return TRUE;
}

}  // namespace

BOOL InitializeSecurityDescriptor(PSECURITY_DESCRIPTOR descriptor, DWORD revision) {
    if (revision != SECURITY_DESCRIPTOR_REVISION) return refuse(ERROR_UNKNOWN_REVISION);
    if (descriptor == nullptr) return refuse(ERROR_INVALID_PARAMETER);
    auto& made = *static_cast<SECURITY_DESCRIPTOR*>(descriptor);
    made = {};
    made.Revision = SECURITY_DESCRIPTOR_REVISION;
    return TRUE;
}

BOOL IsValidSecurityDescriptor(PSECURITY_DESCRIPTOR descriptor) {
    return take_apart(descriptor) ? TRUE : refuse(ERROR_INVALID_SECURITY_DESCR);
}

DWORD GetSecurityDescriptorLength(PSECURITY_DESCRIPTOR descriptor) {
    const SECURITY_DESCRIPTOR* const d = known(descriptor);
    if (d == nullptr) return 0;
    const descriptor_parts parts = parts_of(d);
    const std::size_t header = is_relative(d) ? sizeof(SECURITY_DESCRIPTOR_RELATIVE) : sizeof(SECURITY_DESCRIPTOR);
    return static_cast<DWORD>(self_relative_length(parts) - sizeof(SECURITY_DESCRIPTOR_RELATIVE) + header);
}

BOOL GetSecurityDescriptorControl(PSECURITY_DESCRIPTOR descriptor, PSECURITY_DESCRIPTOR_CONTROL control,
                                  LPDWORD revision) {
    if (descriptor == nullptr || control == nullptr || revision == nullptr) return refuse(ERROR_INVALID_PARAMETER);
    *revision = static_cast<SECURITY_DESCRIPTOR*>(descriptor)->Revision;
    if (known(descriptor) == nullptr) return refuse(ERROR_UNKNOWN_REVISION);
    *control = known(descriptor)->Control;
    return TRUE;
}

BOOL SetSecurityDescriptorControl(PSECURITY_DESCRIPTOR descriptor, SECURITY_DESCRIPTOR_CONTROL which,
                                  SECURITY_DESCRIPTOR_CONTROL bits) {
    constexpr DWORD may = SE_DACL_AUTO_INHERIT_REQ | SE_SACL_AUTO_INHERIT_REQ | SE_DACL_AUTO_INHERITED |
                          SE_SACL_AUTO_INHERITED | SE_DACL_PROTECTED | SE_SACL_PROTECTED;
    SECURITY_DESCRIPTOR* const d = known(descriptor);
    if (d == nullptr || (which & ~may) != 0 || (bits & ~which) != 0) return refuse(ERROR_INVALID_PARAMETER);
    d->Control = static_cast<WORD>((d->Control & ~which) | bits);
    return TRUE;
}

BOOL GetSecurityDescriptorDacl(PSECURITY_DESCRIPTOR descriptor, LPBOOL present, PACL* acl, LPBOOL defaulted) {
    return get_acl(descriptor, present, acl, defaulted, SE_DACL_PRESENT, SE_DACL_DEFAULTED, &descriptor_parts::dacl);
}
BOOL GetSecurityDescriptorSacl(PSECURITY_DESCRIPTOR descriptor, LPBOOL present, PACL* acl, LPBOOL defaulted) {
    return get_acl(descriptor, present, acl, defaulted, SE_SACL_PRESENT, SE_SACL_DEFAULTED, &descriptor_parts::sacl);
}
BOOL GetSecurityDescriptorOwner(PSECURITY_DESCRIPTOR descriptor, PSID* owner, LPBOOL defaulted) {
    return get_sid(descriptor, owner, defaulted, SE_OWNER_DEFAULTED, &descriptor_parts::owner);
}
BOOL GetSecurityDescriptorGroup(PSECURITY_DESCRIPTOR descriptor, PSID* group, LPBOOL defaulted) {
    return get_sid(descriptor, group, defaulted, SE_GROUP_DEFAULTED, &descriptor_parts::group);
}

BOOL SetSecurityDescriptorDacl(PSECURITY_DESCRIPTOR descriptor, BOOL present, PACL acl, BOOL defaulted) {
    return change_absolute(descriptor, [&](SECURITY_DESCRIPTOR& d) {
        mark(d, SE_DACL_PRESENT, present != FALSE);
        mark(d, SE_DACL_DEFAULTED, present != FALSE && defaulted != FALSE);
        d.Dacl = present != FALSE ? acl : nullptr;
    });
}
BOOL SetSecurityDescriptorSacl(PSECURITY_DESCRIPTOR descriptor, BOOL present, PACL acl, BOOL defaulted) {
    return change_absolute(descriptor, [&](SECURITY_DESCRIPTOR& d) {
        mark(d, SE_SACL_PRESENT, present != FALSE);
        mark(d, SE_SACL_DEFAULTED, present != FALSE && defaulted != FALSE);
        d.Sacl = present != FALSE ? acl : nullptr;
    });
}
BOOL SetSecurityDescriptorOwner(PSECURITY_DESCRIPTOR descriptor, PSID owner, BOOL defaulted) {
    return change_absolute(descriptor, [&](SECURITY_DESCRIPTOR& d) {
        mark(d, SE_OWNER_DEFAULTED, defaulted != FALSE);
        d.Owner = owner;
    });
}
BOOL SetSecurityDescriptorGroup(PSECURITY_DESCRIPTOR descriptor, PSID group, BOOL defaulted) {
    return change_absolute(descriptor, [&](SECURITY_DESCRIPTOR& d) {
        mark(d, SE_GROUP_DEFAULTED, defaulted != FALSE);
        d.Group = group;
    });
}

BOOL MakeSelfRelativeSD(PSECURITY_DESCRIPTOR absolute, PSECURITY_DESCRIPTOR relative, LPDWORD size) {
    if (size == nullptr) return refuse(ERROR_INVALID_PARAMETER);
    const auto parts = take_apart(absolute);
    if (!parts) return refuse(ERROR_INVALID_SECURITY_DESCR);
    if (is_relative(absolute)) return refuse(ERROR_BAD_DESCRIPTOR_FORMAT);
    const DWORD room = *size;
    *size = static_cast<DWORD>(self_relative_length(*parts));
    if (room < *size) return refuse(ERROR_INSUFFICIENT_BUFFER);
    if (relative == nullptr) return refuse(ERROR_INVALID_PARAMETER);
    write_self_relative(*parts, relative);
    return TRUE;
}

BOOL MakeAbsoluteSD(PSECURITY_DESCRIPTOR relative, PSECURITY_DESCRIPTOR absolute, LPDWORD size, PACL dacl,
                    LPDWORD dacl_size, PACL sacl, LPDWORD sacl_size, PSID owner, LPDWORD owner_size, PSID group,
                    LPDWORD group_size) {
    if (size == nullptr || dacl_size == nullptr || sacl_size == nullptr || owner_size == nullptr ||
        group_size == nullptr)
        return refuse(ERROR_INVALID_PARAMETER);
    const auto parts = take_apart(relative);
    if (!parts) return refuse(ERROR_INVALID_SECURITY_DESCR);
    if (!is_relative(relative)) return refuse(ERROR_BAD_DESCRIPTOR_FORMAT);
    bool fits = true;
    const auto need = [&](DWORD& room, std::size_t needed) {
        fits = fits && room >= needed;
        room = static_cast<DWORD>(needed);
    };
    need(*size, sizeof(SECURITY_DESCRIPTOR));
    need(*dacl_size, length_of_acl(parts->has_dacl(), parts->dacl));
    need(*sacl_size, length_of_acl(parts->has_sacl(), parts->sacl));
    need(*owner_size, length_or_0(parts->owner));
    need(*group_size, length_or_0(parts->group));
    if (!fits) return refuse(ERROR_INSUFFICIENT_BUFFER);
    if (absolute == nullptr) return refuse(ERROR_INVALID_PARAMETER);
    const auto copy = [](auto* to, const void* from, DWORD length) {
        if (length != 0) std::memcpy(to, from, length);
        return length != 0 ? to : nullptr;
    };
    SECURITY_DESCRIPTOR made{};
    made.Revision = SECURITY_DESCRIPTOR_REVISION;
    made.Control = static_cast<WORD>(parts->control & ~SE_SELF_RELATIVE);
    made.Dacl = copy(dacl, parts->dacl, *dacl_size);
    made.Sacl = copy(sacl, parts->sacl, *sacl_size);
    made.Owner = copy(owner, parts->owner, *owner_size);
    made.Group = copy(group, parts->group, *group_size);
    *static_cast<SECURITY_DESCRIPTOR*>(absolute) = made;
    return TRUE;
}
