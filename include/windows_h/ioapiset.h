#pragma once

#include <minwinbase.h>

KOBJ_BEGIN_C
BOOL WINAPI GetOverlappedResult(HANDLE hFile, LPOVERLAPPED lpOverlapped, LPDWORD lpNumberOfBytesTransferred,
                                BOOL bWait);
KOBJ_END_C
