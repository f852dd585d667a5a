#pragma once

#include <string.h>
#include <wchar.h>

#include <winnt.h>

#ifdef UNICODE
#    define _tcslen wcslen
#    define _tcscpy wcscpy
#    define _tcsncpy wcsncpy
#    define _tcscat wcscat
#    define _tcscmp wcscmp
#    define _tcsncmp wcsncmp
#    define _tcschr wcschr
#    define _tcsrchr wcsrchr
#    define _tcsstr wcsstr
#else
#    define _tcslen strlen
#    define _tcscpy strcpy
#    define _tcsncpy strncpy
#    define _tcscat strcat
#    define _tcscmp strcmp
#    define _tcsncmp strncmp
#    define _tcschr strchr
#    define _tcsrchr strrchr
#    define _tcsstr strstr
#endif
#define _T(quote) TEXT(quote)
#define _TEXT(quote) TEXT(quote)
