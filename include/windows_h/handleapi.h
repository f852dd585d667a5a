#pragma once

#include <minwindef.h>

#define INVALID_HANDLE_VALUE KOBJ_ADDRESS(HANDLE, KOBJ_INTEGER(LONG_PTR, -1))
#define HANDLE_FLAG_INHERIT 0x00000001U
#define HANDLE_FLAG_PROTECT_FROM_CLOSE 0x00000002U

KOBJ_BEGIN_C
BOOL WINAPI CloseHandle(HANDLE hObject);
BOOL WINAPI DuplicateHandle(HANDLE hSourceProcessHandle, HANDLE hSourceHandle, HANDLE hTargetProcessHandle,
                            LPHANDLE lpTargetHandle, DWORD dwDesiredAccess, BOOL bInheritHandle, DWORD dwOptions);
BOOL WINAPI CompareObjectHandles(HANDLE hFirstObjectHandle, HANDLE hSecondObjectHandle);
BOOL WINAPI GetHandleInformation(HANDLE hObject, LPDWORD lpdwFlags);
BOOL WINAPI SetHandleInformation(HANDLE hObject, DWORD dwMask, DWORD dwFlags);
KOBJ_END_C
