#pragma once

#include <stddef.h>
#include <stdint.h>

// The integers with a size, and conversions between them and addresses.

#ifdef __cplusplus
#    define KOBJ_BEGIN_C extern "C" {
#    define KOBJ_END_C }
#    define KOBJ_INTEGER(type, value) (static_cast<type>(value))
#    define KOBJ_ADDRESS(type, value) (reinterpret_cast<type>(value))
#else
#    define KOBJ_BEGIN_C
#    define KOBJ_END_C
#    define KOBJ_INTEGER(type, value) ((type)(value))
#    define KOBJ_ADDRESS(type, value) ((type)(value))
#endif
#define FORCEINLINE static inline __attribute__((always_inline))

typedef signed char INT8, *PINT8;
typedef unsigned char UINT8, *PUINT8;
typedef int16_t INT16, *PINT16;
typedef uint16_t UINT16, *PUINT16;
typedef int32_t INT32, *PINT32, LONG32, *PLONG32;
typedef uint32_t UINT32, *PUINT32, ULONG32, *PULONG32, DWORD32, *PDWORD32;
typedef long long INT64, *PINT64, LONG64, *PLONG64;
typedef unsigned long long UINT64, *PUINT64, ULONG64, *PULONG64, DWORD64, *PDWORD64;
typedef intptr_t INT_PTR, *PINT_PTR, LONG_PTR, *PLONG_PTR, SHANDLE_PTR;
typedef uintptr_t UINT_PTR, *PUINT_PTR, ULONG_PTR, *PULONG_PTR, DWORD_PTR, *PDWORD_PTR, HANDLE_PTR;
typedef int32_t HALF_PTR, *PHALF_PTR;
typedef uint32_t UHALF_PTR, *PUHALF_PTR;
typedef size_t SIZE_T, *PSIZE_T;
typedef ptrdiff_t SSIZE_T, *PSSIZE_T;
typedef ULONG_PTR KAFFINITY, *PKAFFINITY;

#define MAXUINT8 KOBJ_INTEGER(UINT8, UINT8_MAX)
#define MAXINT8 KOBJ_INTEGER(INT8, INT8_MAX)
#define MININT8 KOBJ_INTEGER(INT8, INT8_MIN)
#define MAXUINT16 KOBJ_INTEGER(UINT16, UINT16_MAX)
#define MAXINT16 KOBJ_INTEGER(INT16, INT16_MAX)
#define MININT16 KOBJ_INTEGER(INT16, INT16_MIN)
#define MAXUINT32 KOBJ_INTEGER(UINT32, UINT32_MAX)
#define MAXINT32 KOBJ_INTEGER(INT32, INT32_MAX)
#define MININT32 KOBJ_INTEGER(INT32, INT32_MIN)
#define MAXUINT64 KOBJ_INTEGER(UINT64, UINT64_MAX)
#define MAXINT64 KOBJ_INTEGER(INT64, INT64_MAX)
#define MININT64 KOBJ_INTEGER(INT64, INT64_MIN)
#define MAXULONG32 MAXUINT32
#define MAXLONG32 MAXINT32
#define MINLONG32 MININT32
#define MAXULONG64 MAXUINT64
#define MAXLONG64 MAXINT64
#define MINLONG64 MININT64
#define MAXULONGLONG MAXUINT64
#define MINLONGLONG MININT64
#define MAXDWORD32 MAXUINT32
#define MAXDWORD64 MAXUINT64
#define MAXUINT KOBJ_INTEGER(unsigned int, UINT32_MAX)
#define MAXINT KOBJ_INTEGER(int, INT32_MAX)
#define MININT KOBJ_INTEGER(int, INT32_MIN)
#define MAXUINT_PTR KOBJ_INTEGER(UINT_PTR, UINTPTR_MAX)
#define MAXINT_PTR KOBJ_INTEGER(INT_PTR, INTPTR_MAX)
#define MININT_PTR KOBJ_INTEGER(INT_PTR, INTPTR_MIN)
#define MAXULONG_PTR KOBJ_INTEGER(ULONG_PTR, UINTPTR_MAX)
#define MAXLONG_PTR KOBJ_INTEGER(LONG_PTR, INTPTR_MAX)
#define MINLONG_PTR KOBJ_INTEGER(LONG_PTR, INTPTR_MIN)
#define MAXSIZE_T KOBJ_INTEGER(SIZE_T, SIZE_MAX)
#define MAXSSIZE_T KOBJ_INTEGER(SSIZE_T, PTRDIFF_MAX)
#define MINSSIZE_T KOBJ_INTEGER(SSIZE_T, PTRDIFF_MIN)

// Of an address as much as the type has; a signed integer keeps its sign as an address.
FORCEINLINE uint32_t HandleToULong(const void* h) {
    return KOBJ_INTEGER(uint32_t, KOBJ_ADDRESS(uintptr_t, h));
}
FORCEINLINE int32_t HandleToLong(const void* h) {
    return KOBJ_INTEGER(int32_t, KOBJ_ADDRESS(intptr_t, h));
}
FORCEINLINE void* ULongToHandle(uint32_t h) {
    return KOBJ_ADDRESS(void*, KOBJ_INTEGER(uintptr_t, h));
}
FORCEINLINE void* LongToHandle(int32_t h) {
    return KOBJ_ADDRESS(void*, KOBJ_INTEGER(intptr_t, h));
}
FORCEINLINE uint32_t PtrToUlong(const void* p) {
    return KOBJ_INTEGER(uint32_t, KOBJ_ADDRESS(uintptr_t, p));
}
FORCEINLINE int32_t PtrToLong(const void* p) {
    return KOBJ_INTEGER(int32_t, KOBJ_ADDRESS(intptr_t, p));
}
FORCEINLINE unsigned int PtrToUint(const void* p) {
    return KOBJ_INTEGER(unsigned int, KOBJ_ADDRESS(uintptr_t, p));
}
FORCEINLINE int PtrToInt(const void* p) {
    return KOBJ_INTEGER(int, KOBJ_ADDRESS(intptr_t, p));
}
FORCEINLINE uint16_t PtrToUshort(const void* p) {
    return KOBJ_INTEGER(uint16_t, KOBJ_ADDRESS(uintptr_t, p));
}
FORCEINLINE int16_t PtrToShort(const void* p) {
    return KOBJ_INTEGER(int16_t, KOBJ_ADDRESS(intptr_t, p));
}
FORCEINLINE void* IntToPtr(int i) {
    return KOBJ_ADDRESS(void*, KOBJ_INTEGER(intptr_t, i));
}
FORCEINLINE void* UIntToPtr(unsigned int i) {
    return KOBJ_ADDRESS(void*, KOBJ_INTEGER(uintptr_t, i));
}
FORCEINLINE void* LongToPtr(int32_t i) {
    return KOBJ_ADDRESS(void*, KOBJ_INTEGER(intptr_t, i));
}
FORCEINLINE void* ULongToPtr(uint32_t i) {
    return KOBJ_ADDRESS(void*, KOBJ_INTEGER(uintptr_t, i));
}
#define HandleToUlong HandleToULong
#define UlongToHandle ULongToHandle
#define UlongToPtr ULongToPtr
#define UintToPtr UIntToPtr
