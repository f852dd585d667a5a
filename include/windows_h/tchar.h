#pragma once

// Names that stand for the functions of wide or of narrow characters. What wide output does with %s is POSIX's: a text of
// narrow characters, and %ls one of wide ones.

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <wchar.h>
#include <wctype.h>

#include <winnt.h>

#ifndef __cplusplus
// What the headers of C hide from a program that asks for plain C.
extern size_t strnlen(const char*, size_t);
extern char* strdup(const char*);
extern char* strtok_r(char*, const char*, char**);
extern size_t wcsnlen(const wchar_t*, size_t);
extern wchar_t* wcsdup(const wchar_t*);
extern int wcscasecmp(const wchar_t*, const wchar_t*);
extern int wcsncasecmp(const wchar_t*, const wchar_t*, size_t);
#endif

#if defined(UNICODE) || defined(_UNICODE)
typedef wint_t _TINT;
typedef wchar_t _TUCHAR;
#    define _tcslen wcslen
#    define _tcsnlen wcsnlen
#    define _tcscpy wcscpy
#    define _tcsncpy wcsncpy
#    define _tcscat wcscat
#    define _tcsncat wcsncat
#    define _tcscmp wcscmp
#    define _tcsncmp wcsncmp
#    define _tcscoll wcscoll
#    define _tcsicmp wcscasecmp
#    define _tcsnicmp wcsncasecmp
#    define _tcschr wcschr
#    define _tcsrchr wcsrchr
#    define _tcsstr wcsstr
#    define _tcsspn wcsspn
#    define _tcscspn wcscspn
#    define _tcspbrk wcspbrk
#    define _tcsdup wcsdup
#    define _tcstok_s wcstok
#    define _tcstol wcstol
#    define _tcstoul wcstoul
#    define _tcstoll wcstoll
#    define _tcstoull wcstoull
#    define _tcstoi64 wcstoll
#    define _tcstoui64 wcstoull
#    define _tcstod wcstod
#    define _tprintf wprintf
#    define _ftprintf fwprintf
#    define _sntprintf swprintf
#    define _stprintf_s swprintf
#    define _vtprintf vwprintf
#    define _vftprintf vfwprintf
#    define _vsntprintf vswprintf
#    define _vstprintf_s vswprintf
#    define _tscanf wscanf
#    define _stscanf swscanf
#    define _ftscanf fwscanf
#    define _fgettc fgetwc
#    define _fputtc fputwc
#    define _fgetts fgetws
#    define _fputts fputws
#    define _puttchar putwchar
#    define _gettchar getwchar
#    define _puttc putwc
#    define _gettc getwc
#    define _ungettc ungetwc
#    define _istalpha iswalpha
#    define _istdigit iswdigit
#    define _istxdigit iswxdigit
#    define _istalnum iswalnum
#    define _istspace iswspace
#    define _istupper iswupper
#    define _istlower iswlower
#    define _istpunct iswpunct
#    define _istprint iswprint
#    define _istcntrl iswcntrl
#    define _totupper towupper
#    define _totlower towlower
#    define _tcsftime wcsftime
#    define _tmain wmain
#    define _tWinMain wWinMain
#    define _TEOF WEOF
#    define _ttoi(text) KOBJ_INTEGER(int, wcstol((text), NULL, 10))
#    define _ttol(text) wcstol((text), NULL, 10)
#    define _ttoi64(text) wcstoll((text), NULL, 10)
#    define _ttof(text) wcstod((text), NULL)
#else
typedef int _TINT;
typedef unsigned char _TUCHAR;
#    define _tcslen strlen
#    define _tcsnlen strnlen
#    define _tcscpy strcpy
#    define _tcsncpy strncpy
#    define _tcscat strcat
#    define _tcsncat strncat
#    define _tcscmp strcmp
#    define _tcsncmp strncmp
#    define _tcscoll strcoll
#    define _tcsicmp strcasecmp
#    define _tcsnicmp strncasecmp
#    define _tcschr strchr
#    define _tcsrchr strrchr
#    define _tcsstr strstr
#    define _tcsspn strspn
#    define _tcscspn strcspn
#    define _tcspbrk strpbrk
#    define _tcsdup strdup
#    define _tcstok_s strtok_r
#    define _tcstol strtol
#    define _tcstoul strtoul
#    define _tcstoll strtoll
#    define _tcstoull strtoull
#    define _tcstoi64 strtoll
#    define _tcstoui64 strtoull
#    define _tcstod strtod
#    define _tprintf printf
#    define _ftprintf fprintf
#    define _sntprintf snprintf
#    define _stprintf_s snprintf
#    define _vtprintf vprintf
#    define _vftprintf vfprintf
#    define _vsntprintf vsnprintf
#    define _vstprintf_s vsnprintf
#    define _tscanf scanf
#    define _stscanf sscanf
#    define _ftscanf fscanf
#    define _fgettc fgetc
#    define _fputtc fputc
#    define _fgetts fgets
#    define _fputts fputs
#    define _puttchar putchar
#    define _gettchar getchar
#    define _puttc putc
#    define _gettc getc
#    define _ungettc ungetc
#    define _istalpha isalpha
#    define _istdigit isdigit
#    define _istxdigit isxdigit
#    define _istalnum isalnum
#    define _istspace isspace
#    define _istupper isupper
#    define _istlower islower
#    define _istpunct ispunct
#    define _istprint isprint
#    define _istcntrl iscntrl
#    define _totupper toupper
#    define _totlower tolower
#    define _tcsftime strftime
#    define _tmain main
#    define _tWinMain WinMain
#    define _TEOF EOF
#    define _ttoi(text) atoi(text)
#    define _ttol(text) atol(text)
#    define _ttoi64(text) atoll(text)
#    define _ttof(text) atof(text)
#endif
typedef TCHAR _TCHAR;
#define _T(quote) TEXT(quote)
#define _TEXT(quote) TEXT(quote)
