#pragma once

#include <winnt.h>

typedef int INT, BOOL;
typedef unsigned int UINT;
typedef unsigned char BYTE, UCHAR;
typedef uint16_t WORD, USHORT;
typedef uint32_t DWORD, ULONG;
typedef float FLOAT;
typedef INT *PINT, *LPINT;
typedef UINT* PUINT;
typedef BOOL *PBOOL, *LPBOOL;
typedef BYTE *PBYTE, *LPBYTE;
typedef UCHAR* PUCHAR;
typedef WORD *PWORD, *LPWORD;
typedef USHORT* PUSHORT;
typedef DWORD *PDWORD, *LPDWORD;
typedef ULONG* PULONG;
typedef LONG* LPLONG;
typedef void* LPVOID;
typedef const void* LPCVOID;
typedef HANDLE HLOCAL, HGLOBAL, *LPHANDLE;
typedef struct HINSTANCE__* HINSTANCE;
typedef HINSTANCE HMODULE;

#ifndef FALSE
#    define FALSE 0
#endif
#ifndef TRUE
#    define TRUE 1
#endif
#define MAX_PATH 260

#define MAKEWORD(low, high) KOBJ_INTEGER(WORD, KOBJ_INTEGER(BYTE, (low)&0xff) | (KOBJ_INTEGER(WORD, (high)&0xff) << 8))
#define MAKELONG(low, high) \
    KOBJ_INTEGER(LONG, KOBJ_INTEGER(DWORD, (low)&0xffff) | (KOBJ_INTEGER(DWORD, (high)&0xffff) << 16))
#define LOWORD(value) KOBJ_INTEGER(WORD, (value)&0xffff)
#define HIWORD(value) KOBJ_INTEGER(WORD, ((value) >> 16) & 0xffff)
#define LOBYTE(value) KOBJ_INTEGER(BYTE, (value)&0xff)
#define HIBYTE(value) KOBJ_INTEGER(BYTE, ((value) >> 8) & 0xff)

typedef struct _FILETIME {
    DWORD dwLowDateTime;
    DWORD dwHighDateTime;
} FILETIME, *PFILETIME, *LPFILETIME;
