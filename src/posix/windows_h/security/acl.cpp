#include "posix/windows_h/call.hpp"
#include "posix/windows_h/security/security.hpp"

using namespace kobj::windows_h;

namespace {

std::byte* begin_of(ACL* acl) noexcept {
    return reinterpret_cast<std::byte*>(acl);
}

/// The entry as an offset, or what is in use when the index is that of the next one to come.
std::size_t offset_of(const ACL* acl, DWORD index) noexcept {
    std::size_t at = sizeof(ACL);
    const auto* const bytes = reinterpret_cast<const std::byte*>(acl);
    for (DWORD i = 0; i < index; ++i) {
        ACE_HEADER header;
        std::memcpy(&header, bytes + at, sizeof header);
        at += header.AceSize;
    }
    return at;
}

BOOL add_entry(ACL* acl, DWORD revision, BYTE type, DWORD flags, DWORD mask, PSID sid) noexcept {
    if (!is_acl(acl)) return refuse(ERROR_INVALID_ACL);
    if (!is_sid(sid)) return refuse(ERROR_INVALID_SID);
    if (acl->AclRevision > ACL_REVISION4 || revision > ACL_REVISION4) return refuse(ERROR_REVISION_MISMATCH);
    constexpr DWORD known = VALID_INHERIT_FLAGS | SUCCESSFUL_ACCESS_ACE_FLAG | FAILED_ACCESS_ACE_FLAG;
    if ((flags & ~known) != 0) return refuse(ERROR_INVALID_FLAGS);
    const std::size_t at = acl_bytes_in_use(acl);
    const std::size_t size = sizeof(ACE_HEADER) + sizeof mask + length_of_sid(sid);
    if (at + size > acl->AclSize) return refuse(ERROR_ALLOTTED_SPACE_EXCEEDED);
    const ACE_HEADER header{type, static_cast<BYTE>(flags), static_cast<WORD>(size)};
    std::byte* const to = begin_of(acl) + at;
    std::memcpy(to, &header, sizeof header);
    std::memcpy(to + sizeof header, &mask, sizeof mask);
    std::memcpy(to + sizeof header + sizeof mask, sid, length_of_sid(sid));
    ++acl->AceCount;
    if (revision > acl->AclRevision) acl->AclRevision = static_cast<BYTE>(revision);
    return TRUE;
}

}  // namespace

namespace kobj::windows_h {

bool is_acl(const void* acl) noexcept {
    const auto* const a = static_cast<const ACL*>(acl);
    if (a == nullptr || a->AclRevision < MIN_ACL_REVISION || a->AclRevision > MAX_ACL_REVISION) return false;
    if (a->AclSize < sizeof(ACL)) return false;
    std::size_t at = sizeof(ACL);
    for (DWORD i = 0; i < a->AceCount; ++i) {
        ACE_HEADER header;
        if (at + sizeof header > a->AclSize) return false;
        std::memcpy(&header, static_cast<const std::byte*>(acl) + at, sizeof header);
        if (header.AceSize < sizeof header || header.AceSize % 4 != 0 || at + header.AceSize > a->AclSize) return false;
        const bool plain = header.AceType <= SYSTEM_AUDIT_ACE_TYPE || header.AceType == SYSTEM_MANDATORY_LABEL_ACE_TYPE;
        if (plain) {
            constexpr std::size_t before = sizeof header + sizeof(DWORD);
            if (header.AceSize < before + sid_length(0)) return false;
            const void* const sid = static_cast<const std::byte*>(acl) + at + before;
            if (!is_sid(sid) || before + length_of_sid(sid) > header.AceSize) return false;
        }
        at += header.AceSize;
    }
    return true;
}

std::size_t acl_bytes_in_use(const ACL* acl) noexcept {
    return offset_of(acl, acl->AceCount);
}

}  // namespace kobj::windows_h

BOOL InitializeAcl(PACL acl, DWORD size, DWORD revision) {
    if (size < sizeof(ACL)) return refuse(ERROR_INSUFFICIENT_BUFFER);
    if (acl == nullptr || revision < MIN_ACL_REVISION || revision > MAX_ACL_REVISION || size > 0xFFFF)
        return refuse(ERROR_INVALID_PARAMETER);
    *acl = {static_cast<BYTE>(revision), 0, static_cast<WORD>(size / 4 * 4), 0, 0};
    return TRUE;
}

BOOL IsValidAcl(PACL acl) {
    return is_acl(acl) ? TRUE : FALSE;
}

BOOL GetAclInformation(PACL acl, LPVOID information, DWORD size, ACL_INFORMATION_CLASS which) {
    if (!is_acl(acl) || information == nullptr) return refuse(ERROR_INVALID_PARAMETER);
    if (which == AclRevisionInformation) {
        if (size < sizeof(ACL_REVISION_INFORMATION)) return refuse(ERROR_INSUFFICIENT_BUFFER);
        static_cast<ACL_REVISION_INFORMATION*>(information)->AclRevision = acl->AclRevision;
        return TRUE;
    }
    if (which != AclSizeInformation) return refuse(ERROR_INVALID_PARAMETER);
    if (size < sizeof(ACL_SIZE_INFORMATION)) return refuse(ERROR_INSUFFICIENT_BUFFER);
    const auto used = static_cast<DWORD>(acl_bytes_in_use(acl));
    *static_cast<ACL_SIZE_INFORMATION*>(information) = {acl->AceCount, used, acl->AclSize - used};
    return TRUE;
}

BOOL GetAce(PACL acl, DWORD index, LPVOID* entry) {
    if (!is_acl(acl) || entry == nullptr || index >= acl->AceCount) return refuse(ERROR_INVALID_PARAMETER);
    *entry = begin_of(acl) + offset_of(acl, index);
    return TRUE;
}

BOOL DeleteAce(PACL acl, DWORD index) {
    if (!is_acl(acl) || index >= acl->AceCount) return refuse(ERROR_INVALID_PARAMETER);
    const std::size_t from = offset_of(acl, index);
    const std::size_t next = offset_of(acl, index + 1);
    const std::size_t end = acl_bytes_in_use(acl);
    std::memmove(begin_of(acl) + from, begin_of(acl) + next, end - next);
    std::memset(begin_of(acl) + end - (next - from), 0, next - from);
    --acl->AceCount;
    return TRUE;
}

BOOL FindFirstFreeAce(PACL acl, LPVOID* entry) {
    if (entry == nullptr) return refuse(ERROR_INVALID_PARAMETER);
    *entry = nullptr;
    if (!is_acl(acl)) return refuse(ERROR_INVALID_ACL);
    if (acl_bytes_in_use(acl) < acl->AclSize) *entry = begin_of(acl) + acl_bytes_in_use(acl);
    return TRUE;
}

BOOL AddAccessAllowedAce(PACL acl, DWORD revision, DWORD mask, PSID sid) {
    return add_entry(acl, revision, ACCESS_ALLOWED_ACE_TYPE, 0, mask, sid);
}
BOOL AddAccessAllowedAceEx(PACL acl, DWORD revision, DWORD flags, DWORD mask, PSID sid) {
    return add_entry(acl, revision, ACCESS_ALLOWED_ACE_TYPE, flags, mask, sid);
}
BOOL AddAccessDeniedAce(PACL acl, DWORD revision, DWORD mask, PSID sid) {
    return add_entry(acl, revision, ACCESS_DENIED_ACE_TYPE, 0, mask, sid);
}
BOOL AddAccessDeniedAceEx(PACL acl, DWORD revision, DWORD flags, DWORD mask, PSID sid) {
    return add_entry(acl, revision, ACCESS_DENIED_ACE_TYPE, flags, mask, sid);
}
BOOL AddMandatoryAce(PACL acl, DWORD revision, DWORD flags, DWORD policy, PSID label) {
    return add_entry(acl, revision, SYSTEM_MANDATORY_LABEL_ACE_TYPE, flags, policy, label);
}
