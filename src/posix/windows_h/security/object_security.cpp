#include <new>

#include "posix/windows_h/call.hpp"
#include "posix/windows_h/security/security.hpp"

namespace kobj::windows_h {

namespace {

/// The rights of entries that name generic ones become those of the type, as when Windows gives an object its list.
std::vector<std::byte> mapped_acl(const void* acl, kobj::object_type type) {
    const byte_view whole = acl_bytes(acl);
    std::vector<std::byte> made(whole.begin(), whole.end());
    std::size_t at = sizeof(ACL);
    for (DWORD i = 0; i < static_cast<const ACL*>(acl)->AceCount; ++i) {
        ACE_HEADER header;
        std::memcpy(&header, made.data() + at, sizeof header);
        if (header.AceType <= SYSTEM_AUDIT_ACE_TYPE) {
            ACCESS_MASK mask = 0;
            std::memcpy(&mask, made.data() + at + sizeof header, sizeof mask);
            mask = posix::map_generic_rights(type, mask);
            std::memcpy(made.data() + at + sizeof header, &mask, sizeof mask);
        }
        at += header.AceSize;
    }
    return made;
}

/// The parts of `given` that `which` names, and the others of `old`.
std::vector<std::byte> merged(const descriptor_parts& old, const descriptor_parts& given, SECURITY_INFORMATION which,
                              kobj::object_type type) {
    descriptor_parts made = old;
    std::vector<std::byte> dacl;
    const auto take_bits = [&](DWORD bits) {
        made.control = static_cast<WORD>((made.control & ~bits) | (given.control & bits));
    };
    if ((which & OWNER_SECURITY_INFORMATION) != 0) {
        made.owner = given.owner;
        take_bits(SE_OWNER_DEFAULTED);
    }
    if ((which & GROUP_SECURITY_INFORMATION) != 0) {
        made.group = given.group;
        take_bits(SE_GROUP_DEFAULTED);
    }
    if ((which & DACL_SECURITY_INFORMATION) != 0) {
        take_bits(SE_DACL_DEFAULTED | SE_DACL_PROTECTED | SE_DACL_AUTO_INHERITED);
        // A list that is not there lets everybody do everything.
        made.control |= SE_DACL_PRESENT;
        made.dacl = nullptr;
        if (given.has_dacl() && given.dacl != nullptr) {
            dacl = mapped_acl(given.dacl, type);
            made.dacl = dacl.data();
        }
        if ((which & PROTECTED_DACL_SECURITY_INFORMATION) != 0) made.control |= SE_DACL_PROTECTED;
        if ((which & UNPROTECTED_DACL_SECURITY_INFORMATION) != 0)
            made.control = static_cast<WORD>(made.control & ~SE_DACL_PROTECTED);
    }
    if ((which & (SACL_SECURITY_INFORMATION | LABEL_SECURITY_INFORMATION)) != 0) {
        take_bits(SE_SACL_PRESENT | SE_SACL_DEFAULTED | SE_SACL_PROTECTED | SE_SACL_AUTO_INHERITED);
        made.sacl = given.sacl;
    }
    return self_relative(made);
}

constexpr SECURITY_INFORMATION all_parts = OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION |
                                           DACL_SECURITY_INFORMATION | SACL_SECURITY_INFORMATION |
                                           LABEL_SECURITY_INFORMATION;

}  // namespace

std::vector<std::byte> default_descriptor(kobj::object_type type) {
    sid_value owner = user_sid();
    const sid_value group = group_sid();
    sid_value system(5, {SECURITY_LOCAL_SYSTEM_RID});
    alignas(ACL) std::byte list[256];
    auto* const acl = reinterpret_cast<ACL*>(list);
    const DWORD size = static_cast<DWORD>(sizeof(ACL) + 2 * (sizeof(ACE_HEADER) + sizeof(ACCESS_MASK)) +
                                          owner.bytes().size() + system.bytes().size());
    InitializeAcl(acl, size, ACL_REVISION);
    const ACCESS_MASK all = posix::map_generic_rights(type, GENERIC_ALL);
    AddAccessAllowedAce(acl, ACL_REVISION, all, owner.get());
    AddAccessAllowedAce(acl, ACL_REVISION, all, system.get());
    return self_relative(
        {.control = SE_DACL_PRESENT, .owner = owner.bytes().data(), .group = group.bytes().data(), .dacl = acl});
}

descriptor_of_new::descriptor_of_new(const SECURITY_ATTRIBUTES* attributes, kobj::object_type type) noexcept {
    if (attributes == nullptr || attributes->lpSecurityDescriptor == nullptr) return;
    const auto given = take_apart(attributes->lpSecurityDescriptor);
    if (!given) {
        error_ = ERROR_INVALID_SECURITY_DESCR;
        return;
    }
    try {
        SECURITY_INFORMATION which = 0;
        if (given->owner != nullptr) which |= OWNER_SECURITY_INFORMATION;
        if (given->group != nullptr) which |= GROUP_SECURITY_INFORMATION;
        if (given->has_dacl()) which |= DACL_SECURITY_INFORMATION;
        if (given->has_sacl()) which |= SACL_SECURITY_INFORMATION;
        const std::vector<std::byte> rest = default_descriptor(type);
        bytes_ = merged(*take_apart(byte_view(rest)), *given, which, type);
        scope_.emplace(bytes_);
    } catch (const std::bad_alloc&) {
        error_ = ERROR_NOT_ENOUGH_MEMORY;
    }
}

}  // namespace kobj::windows_h

using namespace kobj::windows_h;

BOOL GetKernelObjectSecurity(HANDLE handle, SECURITY_INFORMATION which, PSECURITY_DESCRIPTOR descriptor, DWORD room,
                             LPDWORD needed) {
    if (needed == nullptr) return refuse(ERROR_NOACCESS);
    try {
        kobj::access_mask rights = 0;
        if ((which & ~SACL_SECURITY_INFORMATION) != 0) rights |= READ_CONTROL;
        if ((which & SACL_SECURITY_INFORMATION) != 0) rights |= ACCESS_SYSTEM_SECURITY;
        const auto type = kobj::type_of(value_of(handle));
        if (!type) return refuse(type.error().value());
        auto kept = kobj::posix::read_descriptor(value_of(handle), rights);
        if (!kept) return refuse(kept.error().value());
        if (kept->empty()) *kept = default_descriptor(*type);
        auto parts = take_apart(byte_view(*kept));
        if (!parts) return refuse(ERROR_INVALID_SECURITY_DESCR);
        const auto leave_out = [&](DWORD bits) { parts->control = static_cast<WORD>(parts->control & ~bits); };
        if ((which & OWNER_SECURITY_INFORMATION) == 0) parts->owner = nullptr;
        if ((which & GROUP_SECURITY_INFORMATION) == 0) parts->group = nullptr;
        if ((which & DACL_SECURITY_INFORMATION) == 0) leave_out(SE_DACL_PRESENT | SE_DACL_DEFAULTED);
        if ((which & (SACL_SECURITY_INFORMATION | LABEL_SECURITY_INFORMATION)) == 0)
            leave_out(SE_SACL_PRESENT | SE_SACL_DEFAULTED);
        *needed = static_cast<DWORD>(self_relative_length(*parts));
        if (room < *needed) return refuse(ERROR_INSUFFICIENT_BUFFER);
        if (descriptor == nullptr) return refuse(ERROR_NOACCESS);
        write_self_relative(*parts, descriptor);
        return TRUE;
    } catch (const std::bad_alloc&) {
        return refuse(ERROR_NOT_ENOUGH_MEMORY);
    }
}

BOOL SetKernelObjectSecurity(HANDLE handle, SECURITY_INFORMATION which, PSECURITY_DESCRIPTOR descriptor) {
    if (descriptor == nullptr) return refuse(ERROR_NOACCESS);
    const auto given = take_apart(descriptor);
    if (!given) return refuse(ERROR_INVALID_SECURITY_DESCR);
    kobj::access_mask rights = 0;
    if ((which & DACL_SECURITY_INFORMATION) != 0) rights |= WRITE_DAC;
    if ((which & (OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | LABEL_SECURITY_INFORMATION)) != 0)
        rights |= WRITE_OWNER;
    if ((which & SACL_SECURITY_INFORMATION) != 0) rights |= ACCESS_SYSTEM_SECURITY;
    const auto type = kobj::type_of(value_of(handle));
    if (!type) return refuse(type.error().value());
    const bool has_rights = [&] {
        const auto granted = kobj::access_of(value_of(handle));
        return granted && (*granted & rights) == rights;
    }();
    if (!has_rights) return refuse(ERROR_ACCESS_DENIED);
    if ((which & OWNER_SECURITY_INFORMATION) != 0 && given->owner == nullptr) return refuse(ERROR_INVALID_OWNER);
    if ((which & GROUP_SECURITY_INFORMATION) != 0 && given->group == nullptr)
        return refuse(ERROR_INVALID_PRIMARY_GROUP);
    if ((which & all_parts) == 0) return TRUE;
    return done(kobj::posix::change_descriptor(value_of(handle), rights, [&](const std::vector<std::byte>& kept) {
        const std::vector<std::byte> old = kept.empty() ? default_descriptor(*type) : kept;
        const auto parts = take_apart(byte_view(old));
        return merged(parts.value_or(descriptor_parts()), *given, which, *type);
    }));
}
