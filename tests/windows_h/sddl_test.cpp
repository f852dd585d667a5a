#include "windows.hpp"

#include <sddl.h>

#include <cstring>

namespace {

/// What a text of a SID comes to when it is read and written.
std::string there_and_back(const char* text) {
    PSID sid = nullptr;
    if (!ConvertStringSidToSidA(text, &sid)) return "error " + std::to_string(GetLastError());
    LPSTR again = nullptr;
    REQUIRE(ConvertSidToStringSidA(sid, &again));
    const std::string made = again;
    LocalFree(again);
    LocalFree(sid);
    return made;
}

}  // namespace

TEST_CASE("SIDs as text", "[windows_h][security][sddl]") {
    CHECK(there_and_back("S-1-5-32-544") == "S-1-5-32-544");
    CHECK(there_and_back("S-1-5-21-1-4294967295-3-500") == "S-1-5-21-1-4294967295-3-500");
    CHECK(there_and_back("BA") == "S-1-5-32-544");
    CHECK(there_and_back("WD") == "S-1-1-0");
    CHECK(there_and_back("SY") == "S-1-5-18");
    for (const char* bad : {"", "S-1", "S-1-", "X", "S-1-5-x", "S-1-5-18 "}) {
        PSID sid = nullptr;
        INFO(bad);
        if (test::on_wine() && *bad == 0) continue;  // it takes no text for a SID
        REFUSES(ConvertStringSidToSidA(bad, &sid), 1337U);
    }
    PSID sid = nullptr;
    LPWSTR wide = nullptr;
    REQUIRE(ConvertStringSidToSidW(L"S-1-5-11", &sid));
    REQUIRE(ConvertSidToStringSidW(sid, &wide));
    CHECK(std::wstring(wide) == L"S-1-5-11");
    LocalFree(wide);
    LocalFree(sid);
    REFUSES(ConvertStringSidToSidA(nullptr, &sid), ERROR_INVALID_PARAMETER);
    REFUSES(ConvertStringSidToSidA("WD", nullptr), ERROR_INVALID_PARAMETER);
}

TEST_CASE("A security descriptor from text", "[windows_h][security][sddl]") {
    PSECURITY_DESCRIPTOR made = nullptr;
    ULONG size = 0;
    REQUIRE(ConvertStringSecurityDescriptorToSecurityDescriptorA("O:BAG:SYD:P(A;;GA;;;BA)(D;OICI;0x1200a9;;;S-1-5-7)",
                                                                 SDDL_REVISION_1, &made, &size));
    CHECK(IsValidSecurityDescriptor(made));
    CHECK(GetSecurityDescriptorLength(made) == size);
    PSID owner = nullptr;
    BOOL present = FALSE;
    BOOL defaulted = TRUE;
    CHECK(GetSecurityDescriptorOwner(made, &owner, &defaulted));
    CHECK(IsWellKnownSid(owner, WinBuiltinAdministratorsSid));
    PACL acl = nullptr;
    REQUIRE(GetSecurityDescriptorDacl(made, &present, &acl, &defaulted));
    REQUIRE(present);
    REQUIRE(acl->AceCount == 2);
    LPVOID entry = nullptr;
    REQUIRE(GetAce(acl, 0, &entry));
    CHECK(static_cast<ACCESS_ALLOWED_ACE*>(entry)->Mask == GENERIC_ALL);
    REQUIRE(GetAce(acl, 1, &entry));
    const auto* const denied = static_cast<ACCESS_DENIED_ACE*>(entry);
    CHECK(denied->Header.AceType == ACCESS_DENIED_ACE_TYPE);
    CHECK(denied->Header.AceFlags == (OBJECT_INHERIT_ACE | CONTAINER_INHERIT_ACE));
    CHECK(denied->Mask == 0x1200A9);
    SECURITY_DESCRIPTOR_CONTROL control = 0;
    DWORD revision = 0;
    CHECK(GetSecurityDescriptorControl(made, &control, &revision));
    CHECK((control & SE_DACL_PROTECTED) != 0);
    LocalFree(made);
    REQUIRE(ConvertStringSecurityDescriptorToSecurityDescriptorW(L"D:(A;;GRGX;;;WD)", SDDL_REVISION_1, &made, nullptr));
    REQUIRE(GetSecurityDescriptorDacl(made, &present, &acl, &defaulted));
    REQUIRE(GetAce(acl, 0, &entry));
    CHECK(static_cast<ACCESS_ALLOWED_ACE*>(entry)->Mask == (GENERIC_READ | GENERIC_EXECUTE));
    LocalFree(made);
}

TEST_CASE("What is no text of a security descriptor", "[windows_h][security][sddl]") {
    PSECURITY_DESCRIPTOR made = nullptr;
    for (const char* bad : {"D:(A;;GA;;;XX)", "D:(A;;ZZ;;;WD)", "D:(A;;GA;;WD)", "D:(A;;GA;;;WD", "O:XX", "nonsense"}) {
        INFO(bad);
        CHECK_FALSE(ConvertStringSecurityDescriptorToSecurityDescriptorA(bad, SDDL_REVISION_1, &made, nullptr));
    }
    REFUSES(ConvertStringSecurityDescriptorToSecurityDescriptorA("D:", 9, &made, nullptr), 1305U);
    if (test::on_wine()) return;  // it sets no error
    REFUSES(ConvertStringSecurityDescriptorToSecurityDescriptorA(nullptr, SDDL_REVISION_1, &made, nullptr),
            ERROR_INVALID_PARAMETER);
}
