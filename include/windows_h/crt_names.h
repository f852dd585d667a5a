#pragma once

// What the C library of Windows has beside the standard's, for texts and formats: <windows.h> and <tchar.h> bring it, since
// the system's own <string.h>, <stdio.h> and <stdlib.h> have not got it. Formats mean what they mean on Windows: %s is a text
// of the characters that the format has, %S one of the others, %ld and %lu have 32 bits. Where Windows would call the
// handler for invalid parameters, errno is set and the result says it, as when such a handler returns.

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <minwindef.h>

typedef int errno_t;
typedef size_t rsize_t;

#define _TRUNCATE KOBJ_INTEGER(size_t, -1)
#define STRUNCATE 80
#define _countof(array) (sizeof(array) / sizeof((array)[0]))
#define _MAX_PATH 260
#define _MAX_DRIVE 3
#define _MAX_DIR 256
#define _MAX_FNAME 256
#define _MAX_EXT 256

KOBJ_BEGIN_C
// Partial: of capitals those of ASCII.
int __cdecl _stricmp(const char* string1, const char* string2);
// Partial: of capitals those of ASCII.
int __cdecl _strnicmp(const char* string1, const char* string2, size_t count);
// Partial: of capitals those of ASCII.
int __cdecl _wcsicmp(const wchar_t* string1, const wchar_t* string2);
// Partial: of capitals those of ASCII.
int __cdecl _wcsnicmp(const wchar_t* string1, const wchar_t* string2, size_t count);
// Partial: of capitals those of ASCII.
int __cdecl _memicmp(const void* buffer1, const void* buffer2, size_t count);
char* __cdecl _strdup(const char* strSource);
wchar_t* __cdecl _wcsdup(const wchar_t* strSource);
// Partial: of capitals those of ASCII.
char* __cdecl _strlwr(char* str);
// Partial: of capitals those of ASCII.
char* __cdecl _strupr(char* str);
// Partial: of capitals those of ASCII.
wchar_t* __cdecl _wcslwr(wchar_t* str);
// Partial: of capitals those of ASCII.
wchar_t* __cdecl _wcsupr(wchar_t* str);

size_t __cdecl strnlen_s(const char* str, size_t numberOfElements);
size_t __cdecl wcsnlen_s(const wchar_t* str, size_t numberOfElements);
errno_t __cdecl strcpy_s(char* dest, rsize_t dest_size, const char* src);
errno_t __cdecl wcscpy_s(wchar_t* dest, rsize_t dest_size, const wchar_t* src);
errno_t __cdecl strncpy_s(char* dest, size_t dest_size, const char* src, size_t count);
errno_t __cdecl wcsncpy_s(wchar_t* dest, size_t dest_size, const wchar_t* src, size_t count);
errno_t __cdecl strcat_s(char* dest, size_t dest_size, const char* src);
errno_t __cdecl wcscat_s(wchar_t* dest, size_t dest_size, const wchar_t* src);
errno_t __cdecl strncat_s(char* dest, size_t dest_size, const char* src, size_t count);
errno_t __cdecl wcsncat_s(wchar_t* dest, size_t dest_size, const wchar_t* src, size_t count);
char* __cdecl strtok_s(char* str, const char* delimiters, char** context);
wchar_t* __cdecl wcstok_s(wchar_t* str, const wchar_t* delimiters, wchar_t** context);
errno_t __cdecl memcpy_s(void* dest, size_t dest_size, const void* src, size_t count);
errno_t __cdecl memmove_s(void* dest, size_t dest_size, const void* src, size_t count);

int __cdecl _wtoi(const wchar_t* str);
LONG __cdecl _wtol(const wchar_t* str);
long long __cdecl _wtoi64(const wchar_t* str);
double __cdecl _wtof(const wchar_t* str);
long long __cdecl _atoi64(const char* str);
long long __cdecl _strtoi64(const char* str, char** end, int base);
unsigned long long __cdecl _strtoui64(const char* str, char** end, int base);
long long __cdecl _wcstoi64(const wchar_t* str, wchar_t** end, int base);
unsigned long long __cdecl _wcstoui64(const wchar_t* str, wchar_t** end, int base);
char* __cdecl _itoa(int value, char* buffer, int radix);
char* __cdecl _ltoa(LONG value, char* buffer, int radix);
char* __cdecl _ultoa(DWORD value, char* buffer, int radix);
char* __cdecl _i64toa(long long value, char* buffer, int radix);
char* __cdecl _ui64toa(unsigned long long value, char* buffer, int radix);
wchar_t* __cdecl _itow(int value, wchar_t* buffer, int radix);
wchar_t* __cdecl _ltow(LONG value, wchar_t* buffer, int radix);
wchar_t* __cdecl _ultow(DWORD value, wchar_t* buffer, int radix);
wchar_t* __cdecl _i64tow(long long value, wchar_t* buffer, int radix);
wchar_t* __cdecl _ui64tow(unsigned long long value, wchar_t* buffer, int radix);
errno_t __cdecl _itoa_s(int value, char* buffer, size_t size, int radix);
errno_t __cdecl _ultoa_s(DWORD value, char* buffer, size_t size, int radix);
errno_t __cdecl _itow_s(int value, wchar_t* buffer, size_t size, int radix);
errno_t __cdecl _ultow_s(DWORD value, wchar_t* buffer, size_t size, int radix);

int __cdecl printf_s(const char* format, ...);
int __cdecl wprintf_s(const wchar_t* format, ...);
int __cdecl fprintf_s(FILE* stream, const char* format, ...);
int __cdecl fwprintf_s(FILE* stream, const wchar_t* format, ...);
int __cdecl vprintf_s(const char* format, va_list argptr);
int __cdecl vwprintf_s(const wchar_t* format, va_list argptr);
int __cdecl vfprintf_s(FILE* stream, const char* format, va_list argptr);
int __cdecl vfwprintf_s(FILE* stream, const wchar_t* format, va_list argptr);
int __cdecl _swprintf(wchar_t* buffer, const wchar_t* format, ...);
int __cdecl _vswprintf(wchar_t* buffer, const wchar_t* format, va_list argptr);
int __cdecl _snprintf(char* buffer, size_t count, const char* format, ...);
int __cdecl _snwprintf(wchar_t* buffer, size_t count, const wchar_t* format, ...);
int __cdecl _vsnprintf(char* buffer, size_t count, const char* format, va_list argptr);
int __cdecl _vsnwprintf(wchar_t* buffer, size_t count, const wchar_t* format, va_list argptr);
int __cdecl _snprintf_s(char* buffer, size_t sizeOfBuffer, size_t count, const char* format, ...);
int __cdecl _snwprintf_s(wchar_t* buffer, size_t sizeOfBuffer, size_t count, const wchar_t* format, ...);
int __cdecl _vsnprintf_s(char* buffer, size_t sizeOfBuffer, size_t count, const char* format, va_list argptr);
int __cdecl _vsnwprintf_s(wchar_t* buffer, size_t sizeOfBuffer, size_t count, const wchar_t* format, va_list argptr);
int __cdecl sprintf_s(char* buffer, size_t sizeOfBuffer, const char* format, ...);
int __cdecl swprintf_s(wchar_t* buffer, size_t sizeOfBuffer, const wchar_t* format, ...);
int __cdecl vsprintf_s(char* buffer, size_t sizeOfBuffer, const char* format, va_list argptr);
int __cdecl vswprintf_s(wchar_t* buffer, size_t sizeOfBuffer, const wchar_t* format, va_list argptr);
int __cdecl _scprintf(const char* format, ...);
int __cdecl _scwprintf(const wchar_t* format, ...);
int __cdecl _vscprintf(const char* format, va_list argptr);
int __cdecl _vscwprintf(const wchar_t* format, va_list argptr);
int __cdecl _putws(const wchar_t* str);
KOBJ_END_C

#ifdef __cplusplus
// An array knows its size.
template <size_t N>
inline errno_t strcpy_s(char (&dest)[N], const char* src) {
    return strcpy_s(dest, N, src);
}
template <size_t N>
inline errno_t wcscpy_s(wchar_t (&dest)[N], const wchar_t* src) {
    return wcscpy_s(dest, N, src);
}
template <size_t N>
inline errno_t strncpy_s(char (&dest)[N], const char* src, size_t count) {
    return strncpy_s(dest, N, src, count);
}
template <size_t N>
inline errno_t wcsncpy_s(wchar_t (&dest)[N], const wchar_t* src, size_t count) {
    return wcsncpy_s(dest, N, src, count);
}
template <size_t N>
inline errno_t strcat_s(char (&dest)[N], const char* src) {
    return strcat_s(dest, N, src);
}
template <size_t N>
inline errno_t wcscat_s(wchar_t (&dest)[N], const wchar_t* src) {
    return wcscat_s(dest, N, src);
}
template <size_t N, class... Arguments>
inline int sprintf_s(char (&buffer)[N], const char* format, Arguments... arguments) {
    return sprintf_s(buffer, N, format, arguments...);
}
template <size_t N, class... Arguments>
inline int swprintf_s(wchar_t (&buffer)[N], const wchar_t* format, Arguments... arguments) {
    return swprintf_s(buffer, N, format, arguments...);
}
template <size_t N, class... Arguments>
inline int _snprintf_s(char (&buffer)[N], size_t count, const char* format, Arguments... arguments) {
    return _snprintf_s(buffer, N, count, format, arguments...);
}
template <size_t N, class... Arguments>
inline int _snwprintf_s(wchar_t (&buffer)[N], size_t count, const wchar_t* format, Arguments... arguments) {
    return _snwprintf_s(buffer, N, count, format, arguments...);
}
#endif
