#include "support/role.hpp"
#include "windows.hpp"

#include <cstring>
#include <vector>

using test::owned;

namespace {

// Those that not every <windows.h> has under its name: UNKNOWN_REVISION, INVALID_ACL, INVALID_SID,
// INVALID_SECURITY_DESCR, ALLOTTED_SPACE_EXCEEDED, BAD_DESCRIPTOR_FORMAT.
constexpr DWORD unknown_revision = 1305;
constexpr DWORD invalid_acl = 1336;
constexpr DWORD invalid_sid = 1337;
constexpr DWORD invalid_descriptor = 1338;
constexpr DWORD no_room = 1344;
constexpr DWORD bad_format = 1361;

struct any_sid {
    alignas(SID) BYTE bytes[SECURITY_MAX_SID_SIZE];
    explicit any_sid(WELL_KNOWN_SID_TYPE type) {
        DWORD size = sizeof bytes;
        if (!CreateWellKnownSid(type, nullptr, bytes, &size)) bytes[0] = 0;
    }
    operator PSID() { return bytes; }
};

/// A list that lets everybody do `mask`, in a descriptor.
struct everybody_may {
    alignas(ACL) BYTE list[128];
    SECURITY_DESCRIPTOR descriptor;
    SECURITY_ATTRIBUTES attributes;
    explicit everybody_may(DWORD mask) {
        any_sid world(WinWorldSid);
        auto* const acl = reinterpret_cast<ACL*>(list);
        InitializeAcl(acl, sizeof list, ACL_REVISION);
        AddAccessAllowedAce(acl, ACL_REVISION, mask, world);
        InitializeSecurityDescriptor(&descriptor, SECURITY_DESCRIPTOR_REVISION);
        SetSecurityDescriptorDacl(&descriptor, TRUE, acl, FALSE);
        attributes = {sizeof attributes, &descriptor, FALSE};
    }
    everybody_may(const everybody_may&) = delete;
    everybody_may& operator=(const everybody_may&) = delete;
};

std::vector<BYTE> security_of(HANDLE handle, SECURITY_INFORMATION which) {
    DWORD size = 0;
    REFUSES(GetKernelObjectSecurity(handle, which, nullptr, 0, &size), ERROR_INSUFFICIENT_BUFFER);
    std::vector<BYTE> bytes(size);
    CHECK(GetKernelObjectSecurity(handle, which, bytes.data(), size, &size));
    CHECK(bytes.size() == size);
    return bytes;
}

/// The first entry of the list of an object.
ACCESS_ALLOWED_ACE* first_entry(std::vector<BYTE>& descriptor, DWORD* count = nullptr) {
    BOOL present = FALSE;
    BOOL defaulted = FALSE;
    PACL acl = nullptr;
    REQUIRE(GetSecurityDescriptorDacl(descriptor.data(), &present, &acl, &defaulted));
    REQUIRE(present);
    REQUIRE(acl != nullptr);
    if (count != nullptr) *count = acl->AceCount;
    LPVOID entry = nullptr;
    REQUIRE(GetAce(acl, 0, &entry));
    return static_cast<ACCESS_ALLOWED_ACE*>(entry);
}

}  // namespace

TEST_CASE("SIDs", "[windows_h][security]") {
    SID_IDENTIFIER_AUTHORITY nt = SECURITY_NT_AUTHORITY;
    PSID made = nullptr;
    REQUIRE(AllocateAndInitializeSid(&nt, 2, SECURITY_BUILTIN_DOMAIN_RID, DOMAIN_ALIAS_RID_ADMINS, 0, 0, 0, 0, 0, 0,
                                     &made));
    any_sid admins(WinBuiltinAdministratorsSid);
    any_sid users(WinBuiltinUsersSid);
    any_sid world(WinWorldSid);
    CHECK(IsValidSid(made));
    CHECK(EqualSid(made, admins));
    CHECK_FALSE(EqualSid(made, users));
    CHECK(EqualPrefixSid(made, users));
    CHECK_FALSE(EqualPrefixSid(made, world));
    CHECK(GetLengthSid(made) == 16);
    CHECK(GetLengthSid(made) == GetSidLengthRequired(2));
    CHECK(*GetSidSubAuthorityCount(made) == 2);
    CHECK(*GetSidSubAuthority(made, 1) == DOMAIN_ALIAS_RID_ADMINS);
    CHECK(GetSidIdentifierAuthority(made)->Value[5] == 5);
    CHECK(IsWellKnownSid(made, WinBuiltinAdministratorsSid));
    CHECK_FALSE(IsWellKnownSid(made, WinWorldSid));
    alignas(SID) BYTE copy[SECURITY_MAX_SID_SIZE];
    CHECK(CopySid(sizeof copy, copy, made));
    CHECK(EqualSid(copy, made));
    CHECK_FALSE(CopySid(15, copy, made));
    if (!test::on_wine()) CHECK(GetLastError() == ERROR_INSUFFICIENT_BUFFER);
    CHECK(FreeSid(made) == nullptr);
    DWORD size = 4;
    REFUSES(CreateWellKnownSid(WinWorldSid, nullptr, copy, &size), ERROR_INSUFFICIENT_BUFFER);
    CHECK(size == 12);
    REQUIRE(InitializeSid(copy, &nt, 1));
    *GetSidSubAuthority(copy, 0) = SECURITY_LOCAL_SYSTEM_RID;
    any_sid system(WinLocalSystemSid);
    CHECK(EqualSid(copy, system));
    copy[0] = 9;
    CHECK_FALSE(IsValidSid(copy));
    CHECK_FALSE(AllocateAndInitializeSid(&nt, 9, 0, 0, 0, 0, 0, 0, 0, 0, &made));
}

TEST_CASE("Access control lists", "[windows_h][security]") {
    alignas(ACL) BYTE bytes[64];
    auto* const acl = reinterpret_cast<ACL*>(bytes);
    any_sid world(WinWorldSid);
    any_sid users(WinBuiltinUsersSid);
    REFUSES(InitializeAcl(acl, 4, ACL_REVISION), ERROR_INSUFFICIENT_BUFFER);
    REFUSES(InitializeAcl(acl, sizeof bytes, 1), ERROR_INVALID_PARAMETER);
    REFUSES(InitializeAcl(acl, sizeof bytes, 5), ERROR_INVALID_PARAMETER);
    REQUIRE(InitializeAcl(acl, sizeof bytes, ACL_REVISION));
    CHECK(IsValidAcl(acl));
    CHECK(AddAccessAllowedAce(acl, ACL_REVISION, GENERIC_READ, world));
    CHECK(AddAccessDeniedAceEx(acl, ACL_REVISION, INHERIT_ONLY_ACE, 3, users));
    REFUSES(AddAccessAllowedAce(acl, ACL_REVISION, 1, users), no_room);
    alignas(SID) BYTE no_sid[16] = {9};
    REFUSES(AddAccessAllowedAce(acl, ACL_REVISION, 1, no_sid), invalid_sid);
    ACL_SIZE_INFORMATION size{};
    CHECK(GetAclInformation(acl, &size, sizeof size, AclSizeInformation));
    CHECK(size.AceCount == 2);
    CHECK(size.AclBytesInUse == 8 + 20 + 24);
    CHECK(size.AclBytesFree == 64 - 52);
    ACL_REVISION_INFORMATION revision{};
    CHECK(GetAclInformation(acl, &revision, sizeof revision, AclRevisionInformation));
    CHECK(revision.AclRevision == ACL_REVISION);
    if (!test::on_wine()) REFUSES(GetAclInformation(acl, &size, 4, AclSizeInformation), ERROR_INSUFFICIENT_BUFFER);
    LPVOID entry = nullptr;
    REQUIRE(GetAce(acl, 1, &entry));
    auto* const second = static_cast<ACCESS_DENIED_ACE*>(entry);
    CHECK(second->Header.AceType == ACCESS_DENIED_ACE_TYPE);
    CHECK(second->Header.AceFlags == INHERIT_ONLY_ACE);
    CHECK(second->Mask == 3);
    CHECK(EqualSid(&second->SidStart, users));
    REFUSES(GetAce(acl, 2, &entry), ERROR_INVALID_PARAMETER);
    CHECK(DeleteAce(acl, 0));
    CHECK(acl->AceCount == 1);
    REQUIRE(GetAce(acl, 0, &entry));
    CHECK(static_cast<ACCESS_DENIED_ACE*>(entry)->Mask == 3);
    LPVOID free = nullptr;
    CHECK(FindFirstFreeAce(acl, &free));
    CHECK(free == bytes + 8 + 24);
    CHECK(AddAccessAllowedAceEx(acl, ACL_REVISION, 0, 1, world));
    CHECK(AddAccessDeniedAce(acl, ACL_REVISION, 1, world) == FALSE);
    bytes[0] = 77;
    CHECK_FALSE(IsValidAcl(acl));
    if (!test::on_wine()) REFUSES(AddAccessAllowedAce(acl, ACL_REVISION, 1, world), invalid_acl);
}

TEST_CASE("A mandatory label in a list", "[windows_h][security]") {
    alignas(ACL) BYTE bytes[64];
    auto* const acl = reinterpret_cast<ACL*>(bytes);
    any_sid low(WinLowLabelSid);
    REQUIRE(InitializeAcl(acl, sizeof bytes, ACL_REVISION));
    CHECK(AddMandatoryAce(acl, ACL_REVISION, 0, 1, low));
    LPVOID entry = nullptr;
    REQUIRE(GetAce(acl, 0, &entry));
    CHECK(static_cast<ACE_HEADER*>(entry)->AceType == SYSTEM_MANDATORY_LABEL_ACE_TYPE);
}

TEST_CASE("Security descriptors", "[windows_h][security]") {
    SECURITY_DESCRIPTOR d;
    REFUSES(InitializeSecurityDescriptor(&d, 2), unknown_revision);
    REQUIRE(InitializeSecurityDescriptor(&d, SECURITY_DESCRIPTOR_REVISION));
    CHECK(IsValidSecurityDescriptor(&d));
    CHECK(GetSecurityDescriptorLength(&d) == sizeof d);
    BOOL present = TRUE;
    BOOL defaulted = 7;
    PACL acl = reinterpret_cast<PACL>(&d);
    CHECK(GetSecurityDescriptorDacl(&d, &present, &acl, &defaulted));
    CHECK_FALSE(present);
    CHECK(GetSecurityDescriptorSacl(&d, &present, &acl, &defaulted));
    CHECK_FALSE(present);
    PSID owner = &d;
    CHECK(GetSecurityDescriptorOwner(&d, &owner, &defaulted));
    CHECK(owner == nullptr);
    any_sid users(WinBuiltinUsersSid);
    any_sid world(WinWorldSid);
    alignas(ACL) BYTE list[64];
    REQUIRE(InitializeAcl(reinterpret_cast<PACL>(list), sizeof list, ACL_REVISION));
    CHECK(SetSecurityDescriptorOwner(&d, users, FALSE));
    CHECK(SetSecurityDescriptorGroup(&d, world, TRUE));
    CHECK(SetSecurityDescriptorDacl(&d, TRUE, reinterpret_cast<PACL>(list), TRUE));
    CHECK(SetSecurityDescriptorSacl(&d, TRUE, nullptr, FALSE));
    CHECK(SetSecurityDescriptorControl(&d, SE_DACL_PROTECTED, SE_DACL_PROTECTED));
    SECURITY_DESCRIPTOR_CONTROL control = 0;
    DWORD revision = 0;
    CHECK(GetSecurityDescriptorControl(&d, &control, &revision));
    CHECK(revision == SECURITY_DESCRIPTOR_REVISION);
    CHECK(control == (SE_GROUP_DEFAULTED | SE_DACL_PRESENT | SE_DACL_DEFAULTED | SE_SACL_PRESENT | SE_DACL_PROTECTED));
    REFUSES(SetSecurityDescriptorControl(&d, SE_DACL_PRESENT, 0), ERROR_INVALID_PARAMETER);

    DWORD size = 0;
    REFUSES(MakeSelfRelativeSD(&d, nullptr, &size), ERROR_INSUFFICIENT_BUFFER);
    CHECK(size == 20 + 64 + 16 + 12);
    std::vector<BYTE> relative(size);
    REQUIRE(MakeSelfRelativeSD(&d, relative.data(), &size));
    CHECK(IsValidSecurityDescriptor(relative.data()));
    CHECK(GetSecurityDescriptorLength(relative.data()) == size);
    CHECK(GetSecurityDescriptorControl(relative.data(), &control, &revision));
    CHECK((control & SE_SELF_RELATIVE) != 0);
    CHECK(GetSecurityDescriptorOwner(relative.data(), &owner, &defaulted));
    CHECK(EqualSid(owner, users));
    CHECK_FALSE(defaulted);
    PSID group = nullptr;
    CHECK(GetSecurityDescriptorGroup(relative.data(), &group, &defaulted));
    CHECK(EqualSid(group, world));
    CHECK(defaulted);
    REFUSES(SetSecurityDescriptorOwner(relative.data(), users, FALSE), invalid_descriptor);
    if (!test::on_wine()) REFUSES(MakeSelfRelativeSD(relative.data(), relative.data(), &size), bad_format);

    DWORD sizes[5] = {};
    REFUSES(MakeAbsoluteSD(relative.data(), nullptr, &sizes[0], nullptr, &sizes[1], nullptr, &sizes[2], nullptr,
                           &sizes[3], nullptr, &sizes[4]),
            ERROR_INSUFFICIENT_BUFFER);
    CHECK(sizes[0] == sizeof d);
    CHECK(sizes[1] == 64);
    CHECK(sizes[2] == 0);
    CHECK(sizes[3] == 16);
    CHECK(sizes[4] == 12);
    SECURITY_DESCRIPTOR back;
    alignas(ACL) BYTE back_list[64];
    alignas(SID) BYTE back_owner[16];
    alignas(SID) BYTE back_group[16];
    REQUIRE(MakeAbsoluteSD(relative.data(), &back, &sizes[0], reinterpret_cast<PACL>(back_list), &sizes[1], nullptr,
                           &sizes[2], back_owner, &sizes[3], back_group, &sizes[4]));
    CHECK(IsValidSecurityDescriptor(&back));
    CHECK(EqualSid(back_owner, users));
    CHECK(GetSecurityDescriptorDacl(&back, &present, &acl, &defaulted));
    CHECK(acl == reinterpret_cast<PACL>(back_list));
}

TEST_CASE("An object keeps the descriptor that it is given", "[windows_h][security]") {
    everybody_may waits(SYNCHRONIZE | READ_CONTROL);
    const owned made[] = {
        CreateMutexW(&waits.attributes, FALSE, nullptr),
        CreateEventW(&waits.attributes, FALSE, FALSE, nullptr),
        CreateSemaphoreW(&waits.attributes, 0, 1, nullptr),
        CreateWaitableTimerW(&waits.attributes, FALSE, nullptr),
        CreateFileMappingW(INVALID_HANDLE_VALUE, &waits.attributes, PAGE_READWRITE, 0, 1, nullptr),
    };
    for (const owned& each : made) {
        // Wine asks whether the maker may have the mapping that he makes.
        if (test::on_wine() && each == nullptr) continue;
        REQUIRE(each != nullptr);
        std::vector<BYTE> kept = security_of(each, DACL_SECURITY_INFORMATION);
        DWORD count = 0;
        const ACCESS_ALLOWED_ACE* const entry = first_entry(kept, &count);
        CHECK(count == 1);
        CHECK(entry->Header.AceType == ACCESS_ALLOWED_ACE_TYPE);
        CHECK(entry->Mask == (SYNCHRONIZE | READ_CONTROL));
        any_sid world(WinWorldSid);
        CHECK(EqualSid(const_cast<DWORD*>(&entry->SidStart), world));
        // Owner and group are filled in.
        std::vector<BYTE> who = security_of(each, OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION);
        PSID owner = nullptr;
        BOOL defaulted = FALSE;
        CHECK(GetSecurityDescriptorOwner(who.data(), &owner, &defaulted));
        CHECK(IsValidSid(owner));
    }
}

TEST_CASE("Without a descriptor there is a default one", "[windows_h][security]") {
    const owned made = CreateEventW(nullptr, FALSE, FALSE, nullptr);
    std::vector<BYTE> kept =
        security_of(made, OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION);
    CHECK(IsValidSecurityDescriptor(kept.data()));
    PSID owner = nullptr;
    BOOL defaulted = FALSE;
    CHECK(GetSecurityDescriptorOwner(kept.data(), &owner, &defaulted));
    if (test::on_wine()) return;  // it has none
    REQUIRE(owner != nullptr);
    CHECK((first_entry(kept)->Mask & EVENT_ALL_ACCESS) == EVENT_ALL_ACCESS);
}

TEST_CASE("Generic rights of a descriptor become those of the type", "[windows_h][security]") {
    everybody_may all(GENERIC_ALL);
    const owned made = CreateEventW(&all.attributes, FALSE, FALSE, nullptr);
    std::vector<BYTE> kept = security_of(made, DACL_SECURITY_INFORMATION);
    if (!test::on_wine()) CHECK(first_entry(kept)->Mask == EVENT_ALL_ACCESS);
}

TEST_CASE("A null list is kept as one", "[windows_h][security]") {
    SECURITY_DESCRIPTOR d;
    REQUIRE(InitializeSecurityDescriptor(&d, SECURITY_DESCRIPTOR_REVISION));
    REQUIRE(SetSecurityDescriptorDacl(&d, TRUE, nullptr, FALSE));
    SECURITY_ATTRIBUTES attributes{sizeof attributes, &d, TRUE};
    const owned made = CreateEventW(&attributes, FALSE, FALSE, nullptr);
    REQUIRE(made != nullptr);
    DWORD flags = 0;
    CHECK(GetHandleInformation(made, &flags));
    CHECK(flags == HANDLE_FLAG_INHERIT);
    if (test::on_wine()) return;  // it gives its default
    std::vector<BYTE> kept = security_of(made, DACL_SECURITY_INFORMATION);
    BOOL present = FALSE;
    BOOL defaulted = FALSE;
    PACL acl = reinterpret_cast<PACL>(kept.data());
    CHECK(GetSecurityDescriptorDacl(kept.data(), &present, &acl, &defaulted));
    CHECK(present);
    CHECK(acl == nullptr);
}

TEST_CASE("The descriptor of an object can be changed, with the right to", "[windows_h][security]") {
    const std::wstring name = test::wide(test::unique_name("secured"));
    everybody_may waits(SYNCHRONIZE);
    const owned made = CreateEventW(nullptr, FALSE, FALSE, name.c_str());
    const owned other = OpenEventW(READ_CONTROL, FALSE, name.c_str());
    REQUIRE(SetKernelObjectSecurity(made, DACL_SECURITY_INFORMATION, &waits.descriptor));
    std::vector<BYTE> kept = security_of(other, DACL_SECURITY_INFORMATION);
    CHECK(first_entry(kept)->Mask == SYNCHRONIZE);
    REFUSES(SetKernelObjectSecurity(other, DACL_SECURITY_INFORMATION, &waits.descriptor), ERROR_ACCESS_DENIED);
    // Wine looks at the owner first, who is not given.
    if (!test::on_wine())
        REFUSES(SetKernelObjectSecurity(other, OWNER_SECURITY_INFORMATION, &waits.descriptor), ERROR_ACCESS_DENIED);
    REFUSES(SetKernelObjectSecurity(nullptr, DACL_SECURITY_INFORMATION, &waits.descriptor), ERROR_INVALID_HANDLE);
    const owned blind = OpenEventW(EVENT_MODIFY_STATE, FALSE, name.c_str());
    DWORD size = 0;
    if (!test::on_wine() || blind != nullptr) {
        REFUSES(GetKernelObjectSecurity(blind, DACL_SECURITY_INFORMATION, nullptr, 0, &size), ERROR_ACCESS_DENIED);
    }
    REFUSES(GetKernelObjectSecurity(nullptr, DACL_SECURITY_INFORMATION, nullptr, 0, &size), ERROR_INVALID_HANDLE);
    if (test::on_wine()) return;
    REFUSES(GetKernelObjectSecurity(made, SACL_SECURITY_INFORMATION, nullptr, 0, &size), ERROR_ACCESS_DENIED);
    everybody_may bad(0);
    bad.descriptor.Revision = 7;
    REFUSES(SetKernelObjectSecurity(made, DACL_SECURITY_INFORMATION, &bad.descriptor), invalid_descriptor);
    REFUSES(CreateEventW(&bad.attributes, FALSE, FALSE, nullptr), invalid_descriptor);
    // One that exists keeps its own.
    everybody_may again(READ_CONTROL);
    const owned second = CreateEventW(&again.attributes, FALSE, FALSE, name.c_str());
    CHECK(GetLastError() == ERROR_ALREADY_EXISTS);
    kept = security_of(second, DACL_SECURITY_INFORMATION);
    CHECK(first_entry(kept)->Mask == SYNCHRONIZE);
}

ROLE(see_descriptor) {
    const HANDLE event = OpenEventA(READ_CONTROL | WRITE_DAC, FALSE, args.text(0).c_str());
    ROLE_CHECK(event != nullptr);
    BYTE bytes[512];
    DWORD size = 0;
    ROLE_CHECK(GetKernelObjectSecurity(event, DACL_SECURITY_INFORMATION, bytes, sizeof bytes, &size));
    BOOL present = FALSE;
    BOOL defaulted = FALSE;
    PACL acl = nullptr;
    ROLE_CHECK(GetSecurityDescriptorDacl(bytes, &present, &acl, &defaulted));
    LPVOID entry = nullptr;
    ROLE_CHECK(GetAce(acl, 0, &entry));
    ROLE_CHECK(static_cast<ACCESS_ALLOWED_ACE*>(entry)->Mask == (SYNCHRONIZE | READ_CONTROL | WRITE_DAC));
    everybody_may less(READ_CONTROL);
    if (args.text(1) == "change") {
        ROLE_CHECK(SetKernelObjectSecurity(event, DACL_SECURITY_INFORMATION, &less.descriptor));
        return 0;
    }
    for (;;) {
        everybody_may more(SYNCHRONIZE | READ_CONTROL | WRITE_DAC);
        SetKernelObjectSecurity(event, DACL_SECURITY_INFORMATION, &less.descriptor);
        SetKernelObjectSecurity(event, DACL_SECURITY_INFORMATION, &more.descriptor);
        const owned gone = CreateEventA(&more.attributes, FALSE, FALSE, nullptr);
    }
}

TEST_CASE("Another process sees the descriptor", "[windows_h][security]") {
    const std::string name = test::unique_name("descriptor");
    everybody_may some(SYNCHRONIZE | READ_CONTROL | WRITE_DAC);
    const owned made = CreateEventA(&some.attributes, FALSE, FALSE, name.c_str());
    CHECK(test::run_role("see_descriptor", {name, "change"}) == 0);
    std::vector<BYTE> kept = security_of(made, DACL_SECURITY_INFORMATION);
    CHECK(first_entry(kept)->Mask == READ_CONTROL);
}

TEST_CASE("kill -9 in the middle of changes leaves a whole descriptor", "[windows_h][security][kill]") {
    if (test::on_windows) return;
    const std::string name = test::unique_name("whole");
    everybody_may some(SYNCHRONIZE | READ_CONTROL | WRITE_DAC);
    const owned made = CreateEventA(&some.attributes, FALSE, FALSE, name.c_str());
    for (int round = 0; round < 20; ++round) {
        REQUIRE(SetKernelObjectSecurity(made, DACL_SECURITY_INFORMATION, &some.descriptor));
        auto child = test::start_role("see_descriptor", {name, "churn"});
        // Until it is at work.
        const auto mask = [&] {
            std::vector<BYTE> kept = security_of(made, DACL_SECURITY_INFORMATION);
            return first_entry(kept)->Mask;
        };
        while (mask() != READ_CONTROL) {
        }
        test::kill_hard(child);
        const DWORD left = mask();
        CHECK((left == READ_CONTROL || left == (SYNCHRONIZE | READ_CONTROL | WRITE_DAC)));
    }
}
