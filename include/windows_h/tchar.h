#pragma once

// Names that stand for the functions of wide or of narrow characters. Output takes the formats of Windows, input those of
// the system's C library.

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wchar.h>
#include <wctype.h>

#include <crt_names.h>

#ifndef __cplusplus
// What the headers of C hide from a program that asks for plain C.
extern size_t strnlen(const char*, size_t);
extern size_t wcsnlen(const wchar_t*, size_t);
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
#    define _tcsicmp _wcsicmp
#    define _tcsnicmp _wcsnicmp
#    define _tcschr wcschr
#    define _tcsrchr wcsrchr
#    define _tcsstr wcsstr
#    define _tcsspn wcsspn
#    define _tcscspn wcscspn
#    define _tcspbrk wcspbrk
#    define _tcsdup _wcsdup
#    define _tcstok_s wcstok_s
#    define _tcstol wcstol
#    define _tcstoul wcstoul
#    define _tcstoll wcstoll
#    define _tcstoull wcstoull
#    define _tcstoi64 _wcstoi64
#    define _tcstoui64 _wcstoui64
#    define _tcstod wcstod
#    define _tprintf wprintf_s
#    define _ftprintf fwprintf_s
#    define _sntprintf _snwprintf
#    define _stprintf_s swprintf_s
#    define _vtprintf vwprintf_s
#    define _vftprintf vfwprintf_s
#    define _vsntprintf _vsnwprintf
#    define _vstprintf_s vswprintf_s
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
#    define _tprintf_s wprintf_s
#    define _ftprintf_s fwprintf_s
#    define _stprintf _swprintf
#    define _vstprintf _vswprintf
#    define _sntprintf_s _snwprintf_s
#    define _vsntprintf_s _vsnwprintf_s
#    define _sctprintf _scwprintf
#    define _vsctprintf _vscwprintf
#    define _tcscpy_s wcscpy_s
#    define _tcsncpy_s wcsncpy_s
#    define _tcscat_s wcscat_s
#    define _tcsncat_s wcsncat_s
#    define _tcsclen wcslen
#    define _tcslwr _wcslwr
#    define _tcsupr _wcsupr
#    define _itot _itow
#    define _ltot _ltow
#    define _ultot _ultow
#    define _i64tot _i64tow
#    define _ui64tot _ui64tow
#    define _itot_s _itow_s
#    define _ultot_s _ultow_s
#    define _tstoi _wtoi
#    define _tstof _wtof
#    define _tstoi64 _wtoi64
#    define _tstol _wtol
#    define _putts _putws
#    define _tmain wmain
#    define _tWinMain wWinMain
#    define _TEOF WEOF
#    define _ttoi _wtoi
#    define _ttol _wtol
#    define _ttoi64 _wtoi64
#    define _ttof _wtof
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
#    define _tcsicmp _stricmp
#    define _tcsnicmp _strnicmp
#    define _tcschr strchr
#    define _tcsrchr strrchr
#    define _tcsstr strstr
#    define _tcsspn strspn
#    define _tcscspn strcspn
#    define _tcspbrk strpbrk
#    define _tcsdup _strdup
#    define _tcstok_s strtok_s
#    define _tcstol strtol
#    define _tcstoul strtoul
#    define _tcstoll strtoll
#    define _tcstoull strtoull
#    define _tcstoi64 _strtoi64
#    define _tcstoui64 _strtoui64
#    define _tcstod strtod
#    define _tprintf printf_s
#    define _ftprintf fprintf_s
#    define _sntprintf _snprintf
#    define _stprintf_s sprintf_s
#    define _vtprintf vprintf_s
#    define _vftprintf vfprintf_s
#    define _vsntprintf _vsnprintf
#    define _vstprintf_s vsprintf_s
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
#    define _tprintf_s printf_s
#    define _ftprintf_s fprintf_s
#    define _stprintf sprintf
#    define _vstprintf vsprintf
#    define _sntprintf_s _snprintf_s
#    define _vsntprintf_s _vsnprintf_s
#    define _sctprintf _scprintf
#    define _vsctprintf _vscprintf
#    define _tcscpy_s strcpy_s
#    define _tcsncpy_s strncpy_s
#    define _tcscat_s strcat_s
#    define _tcsncat_s strncat_s
#    define _tcsclen strlen
#    define _tcslwr _strlwr
#    define _tcsupr _strupr
#    define _itot _itoa
#    define _ltot _ltoa
#    define _ultot _ultoa
#    define _i64tot _i64toa
#    define _ui64tot _ui64toa
#    define _itot_s _itoa_s
#    define _ultot_s _ultoa_s
#    define _tstoi atoi
#    define _tstof atof
#    define _tstoi64 _atoi64
#    define _tstol atol
#    define _putts puts
#    define _tmain main
#    define _tWinMain WinMain
#    define _TEOF EOF
#    define _ttoi atoi
#    define _ttol atol
#    define _ttoi64 _atoi64
#    define _ttof atof
#endif
typedef TCHAR _TCHAR;
#define __T(quote) TEXT(quote)
#define _T(quote) TEXT(quote)
#define _TEXT(quote) TEXT(quote)
