#pragma once

#include <minwinbase.h>

KOBJ_BEGIN_C
HANDLE WINAPI GetCurrentProcess(void);
DWORD WINAPI GetCurrentProcessId(void);
HANDLE WINAPI GetCurrentThread(void);
DWORD WINAPI GetCurrentThreadId(void);
BOOL WINAPI GetProcessHandleCount(HANDLE hProcess, PDWORD pdwHandleCount);
BOOL WINAPI SwitchToThread(void);
KOBJ_END_C
