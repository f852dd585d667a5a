#pragma once

#include <stdarg.h>

#include <windef.h>

// Of windows there is only what a program is told, and tells, of how to show its first one.
#define SW_HIDE 0
#define SW_SHOWNORMAL 1
#define SW_NORMAL 1
#define SW_SHOWMINIMIZED 2
#define SW_SHOWMAXIMIZED 3
#define SW_MAXIMIZE 3
#define SW_SHOWNOACTIVATE 4
#define SW_SHOW 5
#define SW_MINIMIZE 6
#define SW_SHOWMINNOACTIVE 7
#define SW_SHOWNA 8
#define SW_RESTORE 9
#define SW_SHOWDEFAULT 10
#define SW_FORCEMINIMIZE 11

KOBJ_BEGIN_C
int WINAPIV wsprintfA(LPSTR unnamedParam1, LPCSTR unnamedParam2, ...);
int WINAPIV wsprintfW(LPWSTR unnamedParam1, LPCWSTR unnamedParam2, ...);
int WINAPI wvsprintfA(LPSTR unnamedParam1, LPCSTR unnamedParam2, va_list arglist);
int WINAPI wvsprintfW(LPWSTR unnamedParam1, LPCWSTR unnamedParam2, va_list arglist);
KOBJ_END_C

#ifdef UNICODE
#    define wsprintf wsprintfW
#    define wvsprintf wvsprintfW
#else
#    define wsprintf wsprintfA
#    define wvsprintf wvsprintfA
#endif
