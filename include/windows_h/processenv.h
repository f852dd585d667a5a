#pragma once

#include <minwinbase.h>

KOBJ_BEGIN_C
DWORD WINAPI GetEnvironmentVariableA(LPCSTR lpName, LPSTR lpBuffer, DWORD nSize);
DWORD WINAPI GetEnvironmentVariableW(LPCWSTR lpName, LPWSTR lpBuffer, DWORD nSize);
BOOL WINAPI SetEnvironmentVariableA(LPCSTR lpName, LPCSTR lpValue);
BOOL WINAPI SetEnvironmentVariableW(LPCWSTR lpName, LPCWSTR lpValue);
// As on Windows the function with A has no letter.
LPCH WINAPI GetEnvironmentStrings(void);
LPWCH WINAPI GetEnvironmentStringsW(void);
BOOL WINAPI FreeEnvironmentStringsA(LPCH penv);
BOOL WINAPI FreeEnvironmentStringsW(LPWCH penv);
DWORD WINAPI ExpandEnvironmentStringsA(LPCSTR lpSrc, LPSTR lpDst, DWORD nSize);
DWORD WINAPI ExpandEnvironmentStringsW(LPCWSTR lpSrc, LPWSTR lpDst, DWORD nSize);
DWORD WINAPI GetCurrentDirectoryA(DWORD nBufferLength, LPSTR lpBuffer);
DWORD WINAPI GetCurrentDirectoryW(DWORD nBufferLength, LPWSTR lpBuffer);
BOOL WINAPI SetCurrentDirectoryA(LPCSTR lpPathName);
BOOL WINAPI SetCurrentDirectoryW(LPCWSTR lpPathName);
HANDLE WINAPI GetStdHandle(DWORD nStdHandle);
BOOL WINAPI SetStdHandle(DWORD nStdHandle, HANDLE hHandle);
LPSTR WINAPI GetCommandLineA(void);
LPWSTR WINAPI GetCommandLineW(void);
KOBJ_END_C

#ifdef UNICODE
#    define GetEnvironmentVariable GetEnvironmentVariableW
#    define SetEnvironmentVariable SetEnvironmentVariableW
#    define GetEnvironmentStrings GetEnvironmentStringsW
#    define FreeEnvironmentStrings FreeEnvironmentStringsW
#    define ExpandEnvironmentStrings ExpandEnvironmentStringsW
#    define GetCommandLine GetCommandLineW
#    define GetCurrentDirectory GetCurrentDirectoryW
#    define SetCurrentDirectory SetCurrentDirectoryW
#else
#    define GetEnvironmentVariable GetEnvironmentVariableA
#    define SetEnvironmentVariable SetEnvironmentVariableA
#    define GetEnvironmentStringsA GetEnvironmentStrings
#    define FreeEnvironmentStrings FreeEnvironmentStringsA
#    define ExpandEnvironmentStrings ExpandEnvironmentStringsA
#    define GetCommandLine GetCommandLineA
#    define GetCurrentDirectory GetCurrentDirectoryA
#    define SetCurrentDirectory SetCurrentDirectoryA
#endif
