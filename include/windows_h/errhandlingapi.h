#pragma once

#include <minwindef.h>

KOBJ_BEGIN_C
DWORD WINAPI GetLastError(void);
void WINAPI SetLastError(DWORD dwErrCode);
// Partial: no error opens a window in any mode; a child begins with mode 0.
UINT WINAPI GetErrorMode(void);
// Partial: no error opens a window in any mode; a child begins with mode 0.
UINT WINAPI SetErrorMode(UINT uMode);
KOBJ_END_C
