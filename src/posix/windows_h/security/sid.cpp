#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>

#include "posix/windows_h/call.hpp"
#include "posix/windows_h/security/security.hpp"

using namespace kobj::windows_h;

namespace {

struct well_known {
    WELL_KNOWN_SID_TYPE type;
    BYTE authority;
    BYTE count;
    DWORD sub_authorities[2];
};
constexpr well_known all_well_known[] = {
    {WinNullSid, 0, 1, {0, 0}},
    {WinWorldSid, 1, 1, {0, 0}},
    {WinLocalSid, 2, 1, {0, 0}},
    {WinCreatorOwnerSid, 3, 1, {0, 0}},
    {WinCreatorGroupSid, 3, 1, {1, 0}},
    {WinCreatorOwnerRightsSid, 3, 1, {4, 0}},
    {WinNtAuthoritySid, 5, 0, {0, 0}},
    {WinDialupSid, 5, 1, {1, 0}},
    {WinNetworkSid, 5, 1, {2, 0}},
    {WinBatchSid, 5, 1, {3, 0}},
    {WinInteractiveSid, 5, 1, {4, 0}},
    {WinServiceSid, 5, 1, {6, 0}},
    {WinAnonymousSid, 5, 1, {7, 0}},
    {WinSelfSid, 5, 1, {10, 0}},
    {WinAuthenticatedUserSid, 5, 1, {11, 0}},
    {WinRestrictedCodeSid, 5, 1, {12, 0}},
    {WinTerminalServerSid, 5, 1, {13, 0}},
    {WinRemoteLogonIdSid, 5, 1, {14, 0}},
    {WinLocalSystemSid, 5, 1, {18, 0}},
    {WinLocalServiceSid, 5, 1, {19, 0}},
    {WinNetworkServiceSid, 5, 1, {20, 0}},
    {WinBuiltinDomainSid, 5, 1, {32, 0}},
    {WinBuiltinAdministratorsSid, 5, 2, {32, 544}},
    {WinBuiltinUsersSid, 5, 2, {32, 545}},
    {WinBuiltinGuestsSid, 5, 2, {32, 546}},
    {WinBuiltinPowerUsersSid, 5, 2, {32, 547}},
    {WinUntrustedLabelSid, 16, 1, {0, 0}},
    {WinLowLabelSid, 16, 1, {0x1000, 0}},
    {WinMediumLabelSid, 16, 1, {0x2000, 0}},
    {WinHighLabelSid, 16, 1, {0x3000, 0}},
    {WinSystemLabelSid, 16, 1, {0x4000, 0}},
};

const well_known* find_well_known(WELL_KNOWN_SID_TYPE type) noexcept {
    const auto* const found = std::find_if(std::begin(all_well_known), std::end(all_well_known),
                                           [&](const auto& e) { return e.type == type; });
    return found == std::end(all_well_known) ? nullptr : found;
}

bool same_bytes(byte_view a, byte_view b) noexcept {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size()) == 0;
}

void fill(SID* sid, BYTE authority, std::span<const DWORD> sub_authorities) noexcept {
    *sid = {};
    sid->Revision = SID_REVISION;
    sid->SubAuthorityCount = static_cast<BYTE>(sub_authorities.size());
    sid->IdentifierAuthority.Value[5] = authority;
    if (!sub_authorities.empty()) std::memcpy(sid->SubAuthority, sub_authorities.data(), sub_authorities.size_bytes());
}

constexpr BYTE unix_authority = 22;

}  // namespace

namespace kobj::windows_h {

sid_value::sid_value(BYTE authority, std::initializer_list<DWORD> sub_authorities) noexcept : bytes_{} {
    fill(reinterpret_cast<SID*>(bytes_), authority, {sub_authorities.begin(), sub_authorities.size()});
}

bool sid_value::equals(const void* other) const noexcept {
    return same_bytes(bytes(), sid_bytes(other));
}

sid_value user_sid() {
    return {unix_authority, {1, geteuid()}};
}
sid_value group_sid() {
    return {unix_authority, {2, getegid()}};
}

bool is_member(const void* sid) {
    const sid_value everybody[] = {{1, {0}}, {2, {0}}, {5, {4}}, {5, {11}}, {5, {32, 545}}, user_sid(), group_sid()};
    if (std::any_of(std::begin(everybody), std::end(everybody), [&](const auto& each) { return each.equals(sid); }))
        return true;
    if (geteuid() == 0 && sid_value(5, {32, 544}).equals(sid)) return true;
    const int count = getgroups(0, nullptr);
    std::vector<gid_t> groups(static_cast<std::size_t>(std::max(count, 0)));
    const int got = getgroups(count, groups.data());
    groups.resize(static_cast<std::size_t>(std::max(got, 0)));
    return std::any_of(groups.begin(), groups.end(), [&](gid_t each) {
        return sid_value(unix_authority, {2, each}).equals(sid);
    });
}

DWORD integrity_level() {
    return geteuid() == 0 ? SECURITY_MANDATORY_HIGH_RID : SECURITY_MANDATORY_MEDIUM_RID;
}

}  // namespace kobj::windows_h

BOOL AllocateAndInitializeSid(PSID_IDENTIFIER_AUTHORITY authority, BYTE count, DWORD s0, DWORD s1, DWORD s2, DWORD s3,
                              DWORD s4, DWORD s5, DWORD s6, DWORD s7, PSID* made) {
    const DWORD all[] = {s0, s1, s2, s3, s4, s5, s6, s7};
    if (authority == nullptr || made == nullptr) return refuse(ERROR_INVALID_PARAMETER);
    if (count > std::size(all)) return refuse(ERROR_INVALID_SID);
    auto* const sid = static_cast<SID*>(std::calloc(1, std::max<std::size_t>(sid_length(count), sizeof(SID))));
    if (sid == nullptr) return refuse(ERROR_NOT_ENOUGH_MEMORY);
    fill(sid, 0, {all, count});
    sid->IdentifierAuthority = *authority;
    *made = sid;
    return TRUE;
}
PVOID FreeSid(PSID sid) {
    std::free(sid);
    return nullptr;
}

BOOL InitializeSid(PSID sid, PSID_IDENTIFIER_AUTHORITY authority, BYTE count) {
    if (sid == nullptr || authority == nullptr || count > SID_MAX_SUB_AUTHORITIES)
        return refuse(ERROR_INVALID_PARAMETER);
    auto* const s = static_cast<SID*>(sid);
    s->Revision = SID_REVISION;
    s->SubAuthorityCount = count;
    s->IdentifierAuthority = *authority;
    return TRUE;
}

BOOL IsValidSid(PSID sid) {
    return is_sid(sid) ? TRUE : FALSE;
}

// An answer of FALSE is no error, so the last error is 0 then.
BOOL EqualSid(PSID a, PSID b) {
    if (!is_sid(a) || !is_sid(b)) return refuse(ERROR_INVALID_SID);
    return same_bytes(sid_bytes(a), sid_bytes(b)) ? TRUE : refuse(ERROR_SUCCESS);
}
BOOL EqualPrefixSid(PSID a, PSID b) {
    if (!is_sid(a) || !is_sid(b)) return refuse(ERROR_INVALID_SID);
    if (length_of_sid(a) != length_of_sid(b)) return refuse(ERROR_SUCCESS);
    const std::size_t last = static_cast<SID*>(a)->SubAuthorityCount == 0 ? 0 : 4;
    const byte_view one = sid_bytes(a);
    const byte_view two = sid_bytes(b);
    return same_bytes(one.first(one.size() - last), two.first(two.size() - last)) ? TRUE : refuse(ERROR_SUCCESS);
}

BOOL CopySid(DWORD room, PSID to, PSID from) {
    if (!is_sid(from)) return refuse(ERROR_INVALID_SID);
    if (to == nullptr) return refuse(ERROR_INVALID_PARAMETER);
    if (room < length_of_sid(from)) return refuse(ERROR_INSUFFICIENT_BUFFER);
    std::memcpy(to, from, length_of_sid(from));
    return TRUE;
}

DWORD GetLengthSid(PSID sid) {
    if (!is_sid(sid)) return 0;
    SetLastError(ERROR_SUCCESS);
    return length_of_sid(sid);
}
DWORD GetSidLengthRequired(UCHAR count) {
    return sid_length(count);
}
PSID_IDENTIFIER_AUTHORITY GetSidIdentifierAuthority(PSID sid) {
    SetLastError(ERROR_SUCCESS);
    return &static_cast<SID*>(sid)->IdentifierAuthority;
}
PDWORD GetSidSubAuthority(PSID sid, DWORD index) {
    SetLastError(ERROR_SUCCESS);
    return static_cast<SID*>(sid)->SubAuthority + index;
}
PUCHAR GetSidSubAuthorityCount(PSID sid) {
    SetLastError(ERROR_SUCCESS);
    return &static_cast<SID*>(sid)->SubAuthorityCount;
}

BOOL CreateWellKnownSid(WELL_KNOWN_SID_TYPE type, PSID, PSID sid, DWORD* size) {
    const well_known* const found = find_well_known(type);
    if (size == nullptr || found == nullptr) return refuse(ERROR_INVALID_PARAMETER);
    const DWORD needed = sid_length(found->count);
    const DWORD room = *size;
    *size = needed;
    if (room < needed) return refuse(ERROR_INSUFFICIENT_BUFFER);
    if (sid == nullptr) return refuse(ERROR_INVALID_PARAMETER);
    const SID_IDENTIFIER_AUTHORITY authority = {{0, 0, 0, 0, 0, found->authority}};
    auto* const s = static_cast<SID*>(sid);
    s->Revision = SID_REVISION;
    s->SubAuthorityCount = found->count;
    s->IdentifierAuthority = authority;
    for (BYTE i = 0; i < found->count; ++i) s->SubAuthority[i] = found->sub_authorities[i];
    return TRUE;
}
BOOL IsWellKnownSid(PSID sid, WELL_KNOWN_SID_TYPE type) {
    const well_known* const found = find_well_known(type);
    if (found == nullptr || !is_sid(sid)) return FALSE;
    sid_value known;
    DWORD size = sid_length(SID_MAX_SUB_AUTHORITIES);
    return CreateWellKnownSid(type, nullptr, known.get(), &size) && known.equals(sid) ? TRUE : FALSE;
}
