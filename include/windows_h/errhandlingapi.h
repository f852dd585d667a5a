#pragma once

#include <minwindef.h>

KOBJ_BEGIN_C
DWORD WINAPI GetLastError(void);
void WINAPI SetLastError(DWORD dwErrCode);
KOBJ_END_C
