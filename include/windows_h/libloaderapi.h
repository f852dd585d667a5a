#pragma once

#include <minwinbase.h>

KOBJ_BEGIN_C
// Partial: the program itself is the only module.
DWORD WINAPI GetModuleFileNameA(HMODULE hModule, LPSTR lpFilename, DWORD nSize);
DWORD WINAPI GetModuleFileNameW(HMODULE hModule, LPWSTR lpFilename, DWORD nSize);
// Partial: the program itself is the only module.
HMODULE WINAPI GetModuleHandleA(LPCSTR lpModuleName);
HMODULE WINAPI GetModuleHandleW(LPCWSTR lpModuleName);
KOBJ_END_C

#ifdef UNICODE
#    define GetModuleFileName GetModuleFileNameW
#    define GetModuleHandle GetModuleHandleW
#else
#    define GetModuleFileName GetModuleFileNameA
#    define GetModuleHandle GetModuleHandleA
#endif
