#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <basetsd.h>
#include <sal.h>

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
#define DBG_UNREFERENCED_PARAMETER(x) ((void)(x))
#define DBG_UNREFERENCED_LOCAL_VARIABLE(x) ((void)(x))
#define UNALIGNED
#define RESTRICTED_POINTER
#define DUMMYUNIONNAME
#define DUMMYUNIONNAME2
#define DUMMYSTRUCTNAME
#define DUMMYSTRUCTNAME2
#define DECLSPEC_ALIGN(bytes) __attribute__((aligned(bytes)))
#define DECLSPEC_NOINLINE __attribute__((noinline))
#define DECLSPEC_SELECTANY __attribute__((weak))
#define DECLSPEC_IMPORT
#define DECLSPEC_NOTHROW __attribute__((nothrow))
#define DECLSPEC_DEPRECATED __attribute__((deprecated))
#define WINAPIV
#define APIPRIVATE
#define PASCAL
#define STDMETHODCALLTYPE
#define STDAPICALLTYPE
#ifdef __cplusplus
#    define EXTERN_C extern "C"
#    define C_ASSERT(condition) static_assert(condition, #    condition)
#else
#    define EXTERN_C extern
#    define C_ASSERT(condition) _Static_assert(condition, #    condition)
#endif
#define STDAPI EXTERN_C HRESULT STDAPICALLTYPE
#define FIELD_OFFSET(type, field) KOBJ_INTEGER(LONG, offsetof(type, field))
#define UFIELD_OFFSET(type, field) KOBJ_INTEGER(uint32_t, offsetof(type, field))
#define RTL_FIELD_SIZE(type, field) (sizeof(((type*)0)->field))
#define RTL_SIZEOF_THROUGH_FIELD(type, field) (offsetof(type, field) + RTL_FIELD_SIZE(type, field))
#define RTL_NUMBER_OF(array) (sizeof(array) / sizeof((array)[0]))
#define ARRAYSIZE(array) RTL_NUMBER_OF(array)
#define _ARRAYSIZE(array) RTL_NUMBER_OF(array)
#define CONTAINING_RECORD(address, type, field) \
    KOBJ_ADDRESS(type*, KOBJ_ADDRESS(uintptr_t, address) - offsetof(type, field))
// Of the compiler of Windows. A macro for __declspec would meet clang's own.
#ifndef __forceinline
#    define __forceinline inline __attribute__((always_inline))
#endif
#ifndef __int64
#    define __int64 long long
#    define __int32 int
#    define __int16 short
#    define __int8 char
#endif
#ifndef __fastcall
#    define __fastcall
#endif
#ifndef __thiscall
#    define __thiscall
#endif
#ifndef __unaligned
#    define __unaligned
#endif
#ifndef __stdcall
#    define __stdcall
#endif
#ifndef __cdecl
#    define __cdecl
#endif

typedef char CHAR;
typedef int16_t SHORT;
typedef int32_t LONG;
typedef long long LONGLONG;
typedef unsigned long long ULONGLONG, DWORDLONG;
#if WCHAR_MAX < 0x7fffffff
#    error "kobj's <windows.h> takes the wide texts of the system, of 32 bits: compile without -fshort-wchar"
#endif
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
#define MINCHAR KOBJ_INTEGER(CHAR, -0x80)
#define MAXCHAR 0x7f
#define MINSHORT KOBJ_INTEGER(SHORT, -0x8000)
#define MAXSHORT 0x7fff
#define MAXBYTE 0xff
#define MAXWORD 0xffff
#define MAXLONGLONG KOBJ_INTEGER(LONGLONG, 0x7fffffffffffffff)
#define UNICODE_NULL KOBJ_INTEGER(WCHAR, 0)
#define ANSI_NULL KOBJ_INTEGER(CHAR, 0)
#define TLS_MINIMUM_AVAILABLE 64
#define TIME_ZONE_ID_UNKNOWN 0
#define TIME_ZONE_ID_STANDARD 1
#define TIME_ZONE_ID_DAYLIGHT 2
#define FLS_MAXIMUM_AVAILABLE 4080
typedef void(NTAPI* PFLS_CALLBACK_FUNCTION)(PVOID lpFlsData);
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
#define ACCESS_SYSTEM_SECURITY 0x01000000U
#define MAXIMUM_ALLOWED 0x02000000U
#define GENERIC_READ 0x80000000U
#define GENERIC_WRITE 0x40000000U
#define GENERIC_EXECUTE 0x20000000U
#define GENERIC_ALL 0x10000000U

#define FILE_READ_DATA 0x0001U
#define FILE_LIST_DIRECTORY 0x0001U
#define FILE_WRITE_DATA 0x0002U
#define FILE_ADD_FILE 0x0002U
#define FILE_APPEND_DATA 0x0004U
#define FILE_ADD_SUBDIRECTORY 0x0004U
#define FILE_CREATE_PIPE_INSTANCE 0x0004U
#define FILE_READ_EA 0x0008U
#define FILE_WRITE_EA 0x0010U
#define FILE_EXECUTE 0x0020U
#define FILE_TRAVERSE 0x0020U
#define FILE_DELETE_CHILD 0x0040U
#define FILE_READ_ATTRIBUTES 0x0080U
#define FILE_WRITE_ATTRIBUTES 0x0100U
#define FILE_ALL_ACCESS (STANDARD_RIGHTS_REQUIRED | SYNCHRONIZE | 0x01FFU)
#define FILE_GENERIC_READ (STANDARD_RIGHTS_READ | FILE_READ_DATA | FILE_READ_ATTRIBUTES | FILE_READ_EA | SYNCHRONIZE)
#define FILE_GENERIC_WRITE \
    (STANDARD_RIGHTS_WRITE | FILE_WRITE_DATA | FILE_WRITE_ATTRIBUTES | FILE_WRITE_EA | FILE_APPEND_DATA | SYNCHRONIZE)
#define FILE_GENERIC_EXECUTE (STANDARD_RIGHTS_EXECUTE | FILE_READ_ATTRIBUTES | FILE_EXECUTE | SYNCHRONIZE)
#define FILE_SHARE_READ 0x00000001U
#define FILE_SHARE_WRITE 0x00000002U
#define FILE_SHARE_DELETE 0x00000004U
#define FILE_ATTRIBUTE_READONLY 0x00000001U
#define FILE_ATTRIBUTE_HIDDEN 0x00000002U
#define FILE_ATTRIBUTE_SYSTEM 0x00000004U
#define FILE_ATTRIBUTE_DIRECTORY 0x00000010U
#define FILE_ATTRIBUTE_ARCHIVE 0x00000020U
#define FILE_ATTRIBUTE_DEVICE 0x00000040U
#define FILE_ATTRIBUTE_NORMAL 0x00000080U
#define FILE_ATTRIBUTE_TEMPORARY 0x00000100U
#define FILE_ATTRIBUTE_SPARSE_FILE 0x00000200U
#define FILE_ATTRIBUTE_REPARSE_POINT 0x00000400U
#define FILE_ATTRIBUTE_COMPRESSED 0x00000800U
#define FILE_ATTRIBUTE_OFFLINE 0x00001000U
#define FILE_ATTRIBUTE_NOT_CONTENT_INDEXED 0x00002000U
#define FILE_ATTRIBUTE_ENCRYPTED 0x00004000U
#define IO_REPARSE_TAG_SYMLINK 0xA000000CU

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
#define SECTION_MAP_EXECUTE_EXPLICIT 0x0020U
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

#define MAXIMUM_SUSPEND_COUNT MAXCHAR
#define THREAD_TERMINATE 0x0001U
#define THREAD_SUSPEND_RESUME 0x0002U
#define THREAD_GET_CONTEXT 0x0008U
#define THREAD_SET_CONTEXT 0x0010U
#define THREAD_SET_INFORMATION 0x0020U
#define THREAD_QUERY_INFORMATION 0x0040U
#define THREAD_SET_THREAD_TOKEN 0x0080U
#define THREAD_IMPERSONATE 0x0100U
#define THREAD_DIRECT_IMPERSONATION 0x0200U
#define THREAD_SET_LIMITED_INFORMATION 0x0400U
#define THREAD_QUERY_LIMITED_INFORMATION 0x0800U
#define THREAD_RESUME 0x1000U
#define THREAD_ALL_ACCESS 0x001FFFFFU

#define DUPLICATE_CLOSE_SOURCE 0x00000001U
#define DUPLICATE_SAME_ACCESS 0x00000002U

#define PAGE_NOACCESS 0x01U
#define PAGE_READONLY 0x02U
#define PAGE_READWRITE 0x04U
#define PAGE_WRITECOPY 0x08U
#define PAGE_EXECUTE 0x10U
#define PAGE_EXECUTE_READ 0x20U
#define PAGE_EXECUTE_READWRITE 0x40U
#define PAGE_EXECUTE_WRITECOPY 0x80U
#define PAGE_GUARD 0x100U
#define PAGE_NOCACHE 0x200U
#define PAGE_WRITECOMBINE 0x400U
#define MEM_COMMIT 0x1000U
#define MEM_RESERVE 0x2000U
#define MEM_DECOMMIT 0x4000U
#define MEM_RELEASE 0x8000U
#define MEM_FREE 0x10000U
#define MEM_PRIVATE 0x20000U
#define MEM_MAPPED 0x40000U
#define MEM_RESET 0x80000U
#define MEM_TOP_DOWN 0x100000U
#define MEM_WRITE_WATCH 0x200000U
#define MEM_PHYSICAL 0x400000U
#define MEM_IMAGE 0x1000000U
#define MEM_LARGE_PAGES 0x20000000U
#define SEC_RESERVE 0x04000000U
#define SEC_COMMIT 0x08000000U
#define SEC_IMAGE 0x01000000U
#define SEC_IMAGE_NO_EXECUTE (SEC_IMAGE | SEC_NOCACHE)
#define SEC_NOCACHE 0x10000000U
#define SEC_WRITECOMBINE 0x40000000U
#define SEC_LARGE_PAGES 0x80000000U

#define STATUS_WAIT_0 0x00000000U
#define STATUS_ABANDONED_WAIT_0 0x00000080U
#define STATUS_USER_APC 0x000000C0U
#define STATUS_TIMEOUT 0x00000102U
#define STATUS_PENDING 0x00000103U

#define THREAD_BASE_PRIORITY_LOWRT 15
#define THREAD_BASE_PRIORITY_MAX 2
#define THREAD_BASE_PRIORITY_MIN (-2)
#define THREAD_BASE_PRIORITY_IDLE (-15)
#define MAXIMUM_PROC_PER_GROUP 64
#define MAXIMUM_PROCESSORS MAXIMUM_PROC_PER_GROUP

typedef void(NTAPI* PAPCFUNC)(ULONG_PTR Parameter);

#define PROCESSOR_ARCHITECTURE_AMD64 9
#define PROCESSOR_ARCHITECTURE_ARM64 12
#define PROCESSOR_ARCHITECTURE_UNKNOWN 0xFFFF
#define PROCESSOR_AMD_X8664 8664

#define HEAP_NO_SERIALIZE 0x00000001U
#define HEAP_ZERO_MEMORY 0x00000008U
#define HEAP_REALLOC_IN_PLACE_ONLY 0x00000010U
#define HEAP_GROWABLE 0x00000002U
#define HEAP_GENERATE_EXCEPTIONS 0x00000004U
#define HEAP_CREATE_ENABLE_EXECUTE 0x00040000U

#include <winnt_job.h>
#include <winnt_threadpool.h>

#define LANG_NEUTRAL 0x00
#define LANG_ENGLISH 0x09
#define SUBLANG_NEUTRAL 0x00
#define SUBLANG_DEFAULT 0x01
#define SUBLANG_ENGLISH_US 0x01
#define MAKELANGID(primary, sub) KOBJ_INTEGER(uint16_t, ((sub) << 10) | (primary))

typedef struct _MEMORY_BASIC_INFORMATION {
    PVOID BaseAddress;
    PVOID AllocationBase;
    uint32_t AllocationProtect;
    SIZE_T RegionSize;
    uint32_t State;
    uint32_t Protect;
    uint32_t Type;
} MEMORY_BASIC_INFORMATION, *PMEMORY_BASIC_INFORMATION;

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

#include <winnt_security.h>

#define RtlMoveMemory(to, from, length) memmove((to), (from), (length))
#define RtlCopyMemory(to, from, length) memcpy((to), (from), (length))
#define RtlFillMemory(to, length, byte) memset((to), (byte), (length))
#define RtlZeroMemory(to, length) memset((to), 0, (length))
#define RtlEqualMemory(a, b, length) (memcmp((a), (b), (length)) == 0)

FORCEINLINE SIZE_T RtlCompareMemory(const void* a, const void* b, SIZE_T length) {
    SIZE_T same = 0;
    while (same < length && KOBJ_ADDRESS(const char*, a)[same] == KOBJ_ADDRESS(const char*, b)[same]) ++same;
    return same;
}
FORCEINLINE PVOID RtlSecureZeroMemory(PVOID to, SIZE_T length) {
    memset(to, 0, length);
    __asm__ __volatile__("" : : "r"(to) : "memory");
    return to;
}

#define MemoryBarrier() __sync_synchronize()
#if defined(__x86_64__) || defined(__i386__)
#    define YieldProcessor() __builtin_ia32_pause()
#else
#    define YieldProcessor() __asm__ __volatile__("" : : : "memory")
#endif

#include <winnt_interlocked.h>

// Lists with one end, of one process.
#define MEMORY_ALLOCATION_ALIGNMENT 16
typedef struct __attribute__((aligned(16))) _SLIST_ENTRY {
    struct _SLIST_ENTRY* Next;
} SLIST_ENTRY, *PSLIST_ENTRY;
typedef union __attribute__((aligned(16))) _SLIST_HEADER {
    __extension__ struct {
        ULONGLONG Alignment;
        ULONGLONG Region;
    };
    struct {
        ULONGLONG Depth : 16;
        ULONGLONG Sequence : 48;
        ULONGLONG HeaderType : 1;
        ULONGLONG Reserved : 3;
        ULONGLONG NextEntry : 60;
    } HeaderX64;
} SLIST_HEADER, *PSLIST_HEADER;

KOBJ_BEGIN_C
PSLIST_ENTRY NTAPI RtlFirstEntrySList(const SLIST_HEADER* ListHead);
KOBJ_END_C
