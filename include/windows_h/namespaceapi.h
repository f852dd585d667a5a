#pragma once

#include <minwinbase.h>

#define PRIVATE_NAMESPACE_FLAG_DESTROY 0x00000001U

KOBJ_BEGIN_C
HANDLE WINAPI CreatePrivateNamespaceW(LPSECURITY_ATTRIBUTES lpPrivateNamespaceAttributes, LPVOID lpBoundaryDescriptor,
                                      LPCWSTR lpAliasPrefix);
HANDLE WINAPI OpenPrivateNamespaceW(LPVOID lpBoundaryDescriptor, LPCWSTR lpAliasPrefix);
BOOLEAN WINAPI ClosePrivateNamespace(HANDLE Handle, ULONG Flags);
HANDLE WINAPI CreateBoundaryDescriptorW(LPCWSTR Name, ULONG Flags);
BOOL WINAPI AddSIDToBoundaryDescriptor(HANDLE* BoundaryDescriptor, PSID RequiredSid);
void WINAPI DeleteBoundaryDescriptor(HANDLE BoundaryDescriptor);
KOBJ_END_C

#ifdef UNICODE
#    define CreatePrivateNamespace CreatePrivateNamespaceW
#    define CreateBoundaryDescriptor CreateBoundaryDescriptorW
#endif
