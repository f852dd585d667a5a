#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <basetsd.h>

// What <windows.h> is, how texts and integers are represented here: docs/windows_h.md.

#define WINAPI
#define APIENTRY
#define CALLBACK
#define NTAPI
#define WINBASEAPI
#define VOID void
#define CONST const
#define DECLSPEC_NORETURN __attribute__((noreturn))
#define UNREFERENCED_PARAMETER(x) ((void)(x))
#ifndef __stdcall
#    define __stdcall
#endif
#ifndef __cdecl
#    define __cdecl
#endif

// Annotations for Microsoft's code analysis.
#define _In_
#define _In_opt_
#define _In_z_
#define _In_opt_z_
#define _In_reads_(n)
#define _In_reads_opt_(n)
#define _In_reads_bytes_(n)
#define _Inout_
#define _Inout_opt_
#define _Out_
#define _Out_opt_
#define _Out_writes_(n)
#define _Out_writes_opt_(n)
#define _Out_writes_z_(n)
#define _Outptr_
#define _Outptr_opt_
#define _Reserved_
#define _Ret_maybenull_
#define _Success_(x)
#define _Check_return_
#define _Must_inspect_result_

typedef char CHAR;
typedef int16_t SHORT;
typedef int32_t LONG;
typedef long long LONGLONG;
typedef unsigned long long ULONGLONG, DWORDLONG;
typedef wchar_t WCHAR;
typedef unsigned char BOOLEAN;
typedef LONG HRESULT;

typedef SHORT* PSHORT;
typedef LONG* PLONG;
typedef LONGLONG* PLONGLONG;
typedef ULONGLONG *PULONGLONG, *PDWORDLONG;
typedef BOOLEAN* PBOOLEAN;
typedef void *PVOID, *HANDLE;
typedef HANDLE* PHANDLE;
typedef CHAR *PCHAR, *LPCH, *PCH, *NPSTR, *LPSTR, *PSTR;
typedef const CHAR *LPCCH, *PCCH, *LPCSTR, *PCSTR;
typedef WCHAR *PWCHAR, *LPWCH, *PWCH, *LPWSTR, *PWSTR;
typedef const WCHAR *LPCWCH, *PCWCH, *LPCWSTR, *PCWSTR;

#ifdef UNICODE
typedef WCHAR TCHAR, *PTCHAR, *LPTCH, *PTCH;
typedef LPWSTR PTSTR, LPTSTR;
typedef LPCWSTR PCTSTR, LPCTSTR;
#    define KOBJ_TEXT(quote) L##quote
#else
typedef char TCHAR, *PTCHAR, *LPTCH, *PTCH;
typedef LPSTR PTSTR, LPTSTR;
typedef LPCSTR PCTSTR, LPCTSTR;
#    define KOBJ_TEXT(quote) quote
#endif
#define TEXT(quote) KOBJ_TEXT(quote)

typedef union _LARGE_INTEGER {
    __extension__ struct {
        uint32_t LowPart;
        LONG HighPart;
    };
    struct {
        uint32_t LowPart;
        LONG HighPart;
    } u;
    LONGLONG QuadPart;
} LARGE_INTEGER, *PLARGE_INTEGER;

typedef union _ULARGE_INTEGER {
    __extension__ struct {
        uint32_t LowPart;
        uint32_t HighPart;
    };
    struct {
        uint32_t LowPart;
        uint32_t HighPart;
    } u;
    ULONGLONG QuadPart;
} ULARGE_INTEGER, *PULARGE_INTEGER;

typedef PVOID PSECURITY_DESCRIPTOR;
typedef uint32_t ACCESS_MASK, *PACCESS_MASK;

#define MAXIMUM_WAIT_OBJECTS 64
#define MAXDWORD 0xffffffffU
#define MAXLONG 0x7fffffff
#define MINLONG (-MAXLONG - 1)

#define DELETE 0x00010000U
#define READ_CONTROL 0x00020000U
#define WRITE_DAC 0x00040000U
#define WRITE_OWNER 0x00080000U
#define SYNCHRONIZE 0x00100000U
#define STANDARD_RIGHTS_REQUIRED 0x000F0000U
#define STANDARD_RIGHTS_READ READ_CONTROL
#define STANDARD_RIGHTS_WRITE READ_CONTROL
#define STANDARD_RIGHTS_EXECUTE READ_CONTROL
#define STANDARD_RIGHTS_ALL 0x001F0000U
#define MAXIMUM_ALLOWED 0x02000000U
#define GENERIC_READ 0x80000000U
#define GENERIC_WRITE 0x40000000U
#define GENERIC_EXECUTE 0x20000000U
#define GENERIC_ALL 0x10000000U

#define EVENT_MODIFY_STATE 0x0002U
#define EVENT_ALL_ACCESS 0x001F0003U
#define MUTANT_QUERY_STATE 0x0001U
#define MUTANT_ALL_ACCESS 0x001F0001U
#define SEMAPHORE_MODIFY_STATE 0x0002U
#define SEMAPHORE_ALL_ACCESS 0x001F0003U
#define TIMER_QUERY_STATE 0x0001U
#define TIMER_MODIFY_STATE 0x0002U
#define TIMER_ALL_ACCESS 0x001F0003U
#define SECTION_QUERY 0x0001U
#define SECTION_MAP_WRITE 0x0002U
#define SECTION_MAP_READ 0x0004U
#define SECTION_MAP_EXECUTE 0x0008U
#define SECTION_EXTEND_SIZE 0x0010U
#define SECTION_ALL_ACCESS 0x000F001FU
#define PROCESS_TERMINATE 0x0001U
#define PROCESS_CREATE_THREAD 0x0002U
#define PROCESS_SET_SESSIONID 0x0004U
#define PROCESS_VM_OPERATION 0x0008U
#define PROCESS_VM_READ 0x0010U
#define PROCESS_VM_WRITE 0x0020U
#define PROCESS_DUP_HANDLE 0x0040U
#define PROCESS_CREATE_PROCESS 0x0080U
#define PROCESS_SET_QUOTA 0x0100U
#define PROCESS_SET_INFORMATION 0x0200U
#define PROCESS_QUERY_INFORMATION 0x0400U
#define PROCESS_SUSPEND_RESUME 0x0800U
#define PROCESS_QUERY_LIMITED_INFORMATION 0x1000U
#define PROCESS_SET_LIMITED_INFORMATION 0x2000U
#define PROCESS_ALL_ACCESS 0x001FFFFFU

#define DUPLICATE_CLOSE_SOURCE 0x00000001U
#define DUPLICATE_SAME_ACCESS 0x00000002U

#define PAGE_NOACCESS 0x01U
#define PAGE_READONLY 0x02U
#define PAGE_READWRITE 0x04U
#define PAGE_WRITECOPY 0x08U
#define SEC_RESERVE 0x04000000U
#define SEC_COMMIT 0x08000000U

#define STATUS_WAIT_0 0x00000000U
#define STATUS_ABANDONED_WAIT_0 0x00000080U
#define STATUS_TIMEOUT 0x00000102U
#define STATUS_PENDING 0x00000103U

#define PROCESSOR_ARCHITECTURE_AMD64 9
#define PROCESSOR_ARCHITECTURE_ARM64 12
#define PROCESSOR_ARCHITECTURE_UNKNOWN 0xFFFF
#define PROCESSOR_AMD_X8664 8664

#define HEAP_NO_SERIALIZE 0x00000001U
#define HEAP_ZERO_MEMORY 0x00000008U
#define HEAP_REALLOC_IN_PLACE_ONLY 0x00000010U

#define LANG_NEUTRAL 0x00
#define LANG_ENGLISH 0x09
#define SUBLANG_NEUTRAL 0x00
#define SUBLANG_DEFAULT 0x01
#define SUBLANG_ENGLISH_US 0x01
#define MAKELANGID(primary, sub) KOBJ_INTEGER(uint16_t, ((sub) << 10) | (primary))

// The locks of one process. Of the critical section the owner and the counts may be read; the rest of all is kobj's.
typedef struct _LIST_ENTRY {
    struct _LIST_ENTRY* Flink;
    struct _LIST_ENTRY* Blink;
} LIST_ENTRY, *PLIST_ENTRY;

typedef struct _RTL_CRITICAL_SECTION_DEBUG RTL_CRITICAL_SECTION_DEBUG, *PRTL_CRITICAL_SECTION_DEBUG;
typedef struct _RTL_CRITICAL_SECTION {
    PRTL_CRITICAL_SECTION_DEBUG DebugInfo;
    LONG LockCount;
    LONG RecursionCount;
    HANDLE OwningThread;
    HANDLE LockSemaphore;
    ULONG_PTR SpinCount;
} RTL_CRITICAL_SECTION, *PRTL_CRITICAL_SECTION;
#define RTL_CRITICAL_SECTION_FLAG_NO_DEBUG_INFO 0x01000000U
#define RTL_CRITICAL_SECTION_FLAG_DYNAMIC_SPIN 0x02000000U
#define RTL_CRITICAL_SECTION_FLAG_STATIC_INIT 0x04000000U
#define RTL_CRITICAL_SECTION_FLAG_FORCE_DEBUG_INFO 0x10000000U

typedef struct _RTL_SRWLOCK {
    PVOID Ptr;
} RTL_SRWLOCK, *PRTL_SRWLOCK;
#define RTL_SRWLOCK_INIT \
    { 0 }

typedef struct _RTL_CONDITION_VARIABLE {
    PVOID Ptr;
} RTL_CONDITION_VARIABLE, *PRTL_CONDITION_VARIABLE;
#define RTL_CONDITION_VARIABLE_INIT \
    { 0 }
#define RTL_CONDITION_VARIABLE_LOCKMODE_SHARED 0x1U

typedef union _RTL_RUN_ONCE {
    PVOID Ptr;
} RTL_RUN_ONCE, *PRTL_RUN_ONCE;
#define RTL_RUN_ONCE_INIT \
    { 0 }
#define RTL_RUN_ONCE_CHECK_ONLY 0x1U
#define RTL_RUN_ONCE_ASYNC 0x2U
#define RTL_RUN_ONCE_INIT_FAILED 0x4U
#define RTL_RUN_ONCE_CTX_RESERVED_BITS 2

typedef struct _RTL_BARRIER {
    uint32_t Reserved1;
    uint32_t Reserved2;
    ULONG_PTR Reserved3[2];
    uint32_t Reserved4;
    uint32_t Reserved5;
} RTL_BARRIER, *PRTL_BARRIER;

#define RtlMoveMemory(to, from, length) memmove((to), (from), (length))
#define RtlCopyMemory(to, from, length) memcpy((to), (from), (length))
#define RtlFillMemory(to, length, byte) memset((to), (byte), (length))
#define RtlZeroMemory(to, length) memset((to), 0, (length))
#define RtlEqualMemory(a, b, length) (memcmp((a), (b), (length)) == 0)

FORCEINLINE PVOID RtlSecureZeroMemory(PVOID to, SIZE_T length) {
    memset(to, 0, length);
    __asm__ __volatile__("" : : "r"(to) : "memory");
    return to;
}

#define MemoryBarrier() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#if defined(__x86_64__) || defined(__i386__)
#    define YieldProcessor() __builtin_ia32_pause()
#else
#    define YieldProcessor() __asm__ __volatile__("" : : : "memory")
#endif

// The interlocked functions. Their forms Acquire, Release and NoFence are full barriers, too.
#define KOBJ_INTERLOCKED(suffix, type)                                                                      \
    FORCEINLINE type InterlockedIncrement##suffix(type volatile* target) {                                  \
        return __atomic_add_fetch(target, 1, __ATOMIC_SEQ_CST);                                             \
    }                                                                                                       \
    FORCEINLINE type InterlockedDecrement##suffix(type volatile* target) {                                  \
        return __atomic_sub_fetch(target, 1, __ATOMIC_SEQ_CST);                                             \
    }                                                                                                       \
    FORCEINLINE type InterlockedExchange##suffix(type volatile* target, type value) {                       \
        return __atomic_exchange_n(target, value, __ATOMIC_SEQ_CST);                                        \
    }                                                                                                       \
    FORCEINLINE type InterlockedExchangeAdd##suffix(type volatile* target, type value) {                    \
        return __atomic_fetch_add(target, value, __ATOMIC_SEQ_CST);                                         \
    }                                                                                                       \
    FORCEINLINE type InterlockedAdd##suffix(type volatile* target, type value) {                            \
        return __atomic_add_fetch(target, value, __ATOMIC_SEQ_CST);                                         \
    }                                                                                                       \
    FORCEINLINE type InterlockedCompareExchange##suffix(type volatile* target, type value, type expected) { \
        __atomic_compare_exchange_n(target, &expected, value, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);       \
        return expected;                                                                                    \
    }                                                                                                       \
    FORCEINLINE type InterlockedAnd##suffix(type volatile* target, type value) {                            \
        return __atomic_fetch_and(target, value, __ATOMIC_SEQ_CST);                                         \
    }                                                                                                       \
    FORCEINLINE type InterlockedOr##suffix(type volatile* target, type value) {                             \
        return __atomic_fetch_or(target, value, __ATOMIC_SEQ_CST);                                          \
    }                                                                                                       \
    FORCEINLINE type InterlockedXor##suffix(type volatile* target, type value) {                            \
        return __atomic_fetch_xor(target, value, __ATOMIC_SEQ_CST);                                         \
    }
#if defined(__GNUC__)
KOBJ_INTERLOCKED(, LONG)
KOBJ_INTERLOCKED(64, LONG64)
#endif
#undef KOBJ_INTERLOCKED

FORCEINLINE PVOID InterlockedExchangePointer(PVOID volatile* target, PVOID value) {
    return __atomic_exchange_n(target, value, __ATOMIC_SEQ_CST);
}
FORCEINLINE PVOID InterlockedCompareExchangePointer(PVOID volatile* target, PVOID value, PVOID expected) {
    __atomic_compare_exchange_n(target, &expected, value, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    return expected;
}
FORCEINLINE unsigned char InterlockedBitTestAndSet(LONG volatile* target, LONG bit) {
    const LONG mask = KOBJ_INTEGER(LONG, 1U << (bit & 31));
    return (__atomic_fetch_or(target, mask, __ATOMIC_SEQ_CST) & mask) != 0;
}
FORCEINLINE unsigned char InterlockedBitTestAndReset(LONG volatile* target, LONG bit) {
    const LONG mask = KOBJ_INTEGER(LONG, 1U << (bit & 31));
    return (__atomic_fetch_and(target, ~mask, __ATOMIC_SEQ_CST) & mask) != 0;
}

#define InterlockedIncrementAcquire InterlockedIncrement
#define InterlockedIncrementRelease InterlockedIncrement
#define InterlockedIncrementNoFence InterlockedIncrement
#define InterlockedDecrementAcquire InterlockedDecrement
#define InterlockedDecrementRelease InterlockedDecrement
#define InterlockedDecrementNoFence InterlockedDecrement
#define InterlockedCompareExchangeAcquire InterlockedCompareExchange
#define InterlockedCompareExchangeRelease InterlockedCompareExchange
#define InterlockedCompareExchangeNoFence InterlockedCompareExchange
#define InterlockedExchangeAcquire InterlockedExchange
#define InterlockedExchangeNoFence InterlockedExchange
#define InterlockedExchangeAddAcquire InterlockedExchangeAdd
#define InterlockedExchangeAddRelease InterlockedExchangeAdd
#define InterlockedExchangeAddNoFence InterlockedExchangeAdd
