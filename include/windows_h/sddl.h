#pragma once

#include <minwinbase.h>

#define SDDL_REVISION_1 1
#define SDDL_REVISION SDDL_REVISION_1

KOBJ_BEGIN_C
BOOL WINAPI ConvertSidToStringSidA(PSID Sid, LPSTR* StringSid);
BOOL WINAPI ConvertSidToStringSidW(PSID Sid, LPWSTR* StringSid);
// Partial: the two-letter names of those that mean something without a domain.
BOOL WINAPI ConvertStringSidToSidA(LPCSTR StringSid, PSID* Sid);
// Partial: the two-letter names of those that mean something without a domain.
BOOL WINAPI ConvertStringSidToSidW(LPCWSTR StringSid, PSID* Sid);
// Partial: no entries for objects with a GUID, and no conditions.
BOOL WINAPI ConvertStringSecurityDescriptorToSecurityDescriptorA(LPCSTR StringSecurityDescriptor,
                                                                 DWORD StringSDRevision,
                                                                 PSECURITY_DESCRIPTOR* SecurityDescriptor,
                                                                 PULONG SecurityDescriptorSize);
// Partial: no entries for objects with a GUID, and no conditions.
BOOL WINAPI ConvertStringSecurityDescriptorToSecurityDescriptorW(LPCWSTR StringSecurityDescriptor,
                                                                 DWORD StringSDRevision,
                                                                 PSECURITY_DESCRIPTOR* SecurityDescriptor,
                                                                 PULONG SecurityDescriptorSize);
KOBJ_END_C

#ifdef UNICODE
#    define ConvertSidToStringSid ConvertSidToStringSidW
#    define ConvertStringSidToSid ConvertStringSidToSidW
#    define ConvertStringSecurityDescriptorToSecurityDescriptor ConvertStringSecurityDescriptorToSecurityDescriptorW
#else
#    define ConvertSidToStringSid ConvertSidToStringSidA
#    define ConvertStringSidToSid ConvertStringSidToSidA
#    define ConvertStringSecurityDescriptorToSecurityDescriptor ConvertStringSecurityDescriptorToSecurityDescriptorA
#endif
