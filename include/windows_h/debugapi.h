#pragma once

#include <minwindef.h>

KOBJ_BEGIN_C
BOOL WINAPI IsDebuggerPresent(void);
void WINAPI DebugBreak(void);
// Partial: a debugger sees it as standard error output, a monitor in the file that KOBJ_DEBUG_OUTPUT names.
void WINAPI OutputDebugStringA(LPCSTR lpOutputString);
void WINAPI OutputDebugStringW(LPCWSTR lpOutputString);
KOBJ_END_C

#ifdef UNICODE
#    define OutputDebugString OutputDebugStringW
#else
#    define OutputDebugString OutputDebugStringA
#endif
