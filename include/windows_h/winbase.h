#pragma once

#include <stdarg.h>

#include <debugapi.h>
#include <errhandlingapi.h>
#include <fibersapi.h>
#include <fileapi.h>
#include <handleapi.h>
#include <heapapi.h>
#include <interlockedapi.h>
#include <ioapiset.h>
#include <jobapi.h>
#include <jobapi2.h>
#include <libloaderapi.h>
#include <memoryapi.h>
#include <namedpipeapi.h>
#include <namespaceapi.h>
#include <processenv.h>
#include <processthreadsapi.h>
#include <profileapi.h>
#include <realtimeapiset.h>
#include <securitybaseapi.h>
#include <synchapi.h>
#include <sysinfoapi.h>
#include <threadpoolapiset.h>
#include <threadpoollegacyapiset.h>
#include <timezoneapi.h>
#include <winerror.h>
#include <wow64apiset.h>

#define INFINITE 0xFFFFFFFFU
#define WAIT_FAILED 0xFFFFFFFFU
#define WAIT_OBJECT_0 (STATUS_WAIT_0 + 0)
#define WAIT_ABANDONED (STATUS_ABANDONED_WAIT_0 + 0)
#define WAIT_ABANDONED_0 (STATUS_ABANDONED_WAIT_0 + 0)
#define WAIT_IO_COMPLETION STATUS_USER_APC

#define FILE_BEGIN 0U
#define FILE_CURRENT 1U
#define FILE_END 2U

#define FILE_FLAG_WRITE_THROUGH 0x80000000U
#define FILE_FLAG_OVERLAPPED 0x40000000U
#define FILE_FLAG_NO_BUFFERING 0x20000000U
#define FILE_FLAG_RANDOM_ACCESS 0x10000000U
#define FILE_FLAG_SEQUENTIAL_SCAN 0x08000000U
#define FILE_FLAG_DELETE_ON_CLOSE 0x04000000U
#define FILE_FLAG_BACKUP_SEMANTICS 0x02000000U
#define FILE_FLAG_POSIX_SEMANTICS 0x01000000U
#define FILE_FLAG_OPEN_REPARSE_POINT 0x00200000U
#define FILE_FLAG_OPEN_NO_RECALL 0x00100000U

#define FILE_TYPE_UNKNOWN 0x0000U
#define FILE_TYPE_DISK 0x0001U
#define FILE_TYPE_CHAR 0x0002U
#define FILE_TYPE_PIPE 0x0003U
#define FILE_TYPE_REMOTE 0x8000U

#define STD_INPUT_HANDLE KOBJ_INTEGER(DWORD, -10)
#define STD_OUTPUT_HANDLE KOBJ_INTEGER(DWORD, -11)
#define STD_ERROR_HANDLE KOBJ_INTEGER(DWORD, -12)

#define MOVEFILE_REPLACE_EXISTING 0x00000001U
#define MOVEFILE_COPY_ALLOWED 0x00000002U
#define MOVEFILE_DELAY_UNTIL_REBOOT 0x00000004U
#define MOVEFILE_WRITE_THROUGH 0x00000008U

#define STACK_SIZE_PARAM_IS_A_RESERVATION 0x00010000U

#define THREAD_PRIORITY_LOWEST THREAD_BASE_PRIORITY_MIN
#define THREAD_PRIORITY_BELOW_NORMAL (THREAD_PRIORITY_LOWEST + 1)
#define THREAD_PRIORITY_NORMAL 0
#define THREAD_PRIORITY_HIGHEST THREAD_BASE_PRIORITY_MAX
#define THREAD_PRIORITY_ABOVE_NORMAL (THREAD_PRIORITY_HIGHEST - 1)
#define THREAD_PRIORITY_ERROR_RETURN (MAXLONG)
#define THREAD_PRIORITY_TIME_CRITICAL THREAD_BASE_PRIORITY_LOWRT
#define THREAD_PRIORITY_IDLE THREAD_BASE_PRIORITY_IDLE

#define LMEM_FIXED 0x0000U
#define LMEM_MOVEABLE 0x0002U
#define LMEM_NOCOMPACT 0x0010U
#define LMEM_NODISCARD 0x0020U
#define LMEM_ZEROINIT 0x0040U
#define LMEM_MODIFY 0x0080U
#define LMEM_DISCARDABLE 0x0F00U
#define LMEM_VALID_FLAGS 0x0F72U
#define LMEM_LOCKCOUNT 0x00FFU
#define LMEM_DISCARDED 0x4000U
#define LMEM_INVALID_HANDLE 0x8000U
#define LHND (LMEM_MOVEABLE | LMEM_ZEROINIT)
#define LPTR (LMEM_FIXED | LMEM_ZEROINIT)
#define NONZEROLHND LMEM_MOVEABLE
#define NONZEROLPTR LMEM_FIXED
#define GMEM_FIXED 0x0000U
#define GMEM_MOVEABLE 0x0002U
#define GMEM_NOCOMPACT 0x0010U
#define GMEM_NODISCARD 0x0020U
#define GMEM_ZEROINIT 0x0040U
#define GMEM_MODIFY 0x0080U
#define GMEM_DISCARDABLE 0x0100U
#define GMEM_SHARE 0x2000U
#define GMEM_DDESHARE 0x2000U
#define GMEM_VALID_FLAGS 0x7F72U
#define GMEM_LOCKCOUNT 0x00FFU
#define GMEM_DISCARDED 0x4000U
#define GMEM_INVALID_HANDLE 0x8000U
#define GHND (GMEM_MOVEABLE | GMEM_ZEROINIT)
#define GPTR (GMEM_FIXED | GMEM_ZEROINIT)

#define FORMAT_MESSAGE_ALLOCATE_BUFFER 0x00000100U
#define FORMAT_MESSAGE_IGNORE_INSERTS 0x00000200U
#define FORMAT_MESSAGE_FROM_STRING 0x00000400U
#define FORMAT_MESSAGE_FROM_HMODULE 0x00000800U
#define FORMAT_MESSAGE_FROM_SYSTEM 0x00001000U
#define FORMAT_MESSAGE_ARGUMENT_ARRAY 0x00002000U
#define FORMAT_MESSAGE_MAX_WIDTH_MASK 0x000000FFU

#define DEBUG_PROCESS 0x00000001U
#define DEBUG_ONLY_THIS_PROCESS 0x00000002U
#define CREATE_SUSPENDED 0x00000004U
#define DETACHED_PROCESS 0x00000008U
#define CREATE_NEW_CONSOLE 0x00000010U
#define NORMAL_PRIORITY_CLASS 0x00000020U
#define IDLE_PRIORITY_CLASS 0x00000040U
#define HIGH_PRIORITY_CLASS 0x00000080U
#define REALTIME_PRIORITY_CLASS 0x00000100U
#define CREATE_NEW_PROCESS_GROUP 0x00000200U
#define CREATE_UNICODE_ENVIRONMENT 0x00000400U
#define CREATE_SEPARATE_WOW_VDM 0x00000800U
#define CREATE_SHARED_WOW_VDM 0x00001000U
#define CREATE_FORCEDOS 0x00002000U
#define BELOW_NORMAL_PRIORITY_CLASS 0x00004000U
#define ABOVE_NORMAL_PRIORITY_CLASS 0x00008000U
#define INHERIT_PARENT_AFFINITY 0x00010000U
#define CREATE_PROTECTED_PROCESS 0x00040000U
#define EXTENDED_STARTUPINFO_PRESENT 0x00080000U
#define PROCESS_MODE_BACKGROUND_BEGIN 0x00100000U
#define PROCESS_MODE_BACKGROUND_END 0x00200000U
#define CREATE_SECURE_PROCESS 0x00400000U
#define CREATE_BREAKAWAY_FROM_JOB 0x01000000U
#define CREATE_PRESERVE_CODE_AUTHZ_LEVEL 0x02000000U
#define CREATE_DEFAULT_ERROR_MODE 0x04000000U
#define CREATE_NO_WINDOW 0x08000000U
#define PROFILE_USER 0x10000000U
#define PROFILE_KERNEL 0x20000000U
#define PROFILE_SERVER 0x40000000U
#define CREATE_IGNORE_SYSTEM_DEFAULT 0x80000000U

#define STARTF_USESHOWWINDOW 0x00000001U
#define STARTF_USESIZE 0x00000002U
#define STARTF_USEPOSITION 0x00000004U
#define STARTF_USECOUNTCHARS 0x00000008U
#define STARTF_USEFILLATTRIBUTE 0x00000010U
#define STARTF_RUNFULLSCREEN 0x00000020U
#define STARTF_FORCEONFEEDBACK 0x00000040U
#define STARTF_FORCEOFFFEEDBACK 0x00000080U
#define STARTF_USESTDHANDLES 0x00000100U
#define STARTF_USEHOTKEY 0x00000200U
#define STARTF_TITLEISLINKNAME 0x00000800U
#define STARTF_TITLEISAPPID 0x00001000U
#define STARTF_PREVENTPINNING 0x00002000U
#define STARTF_UNTRUSTEDSOURCE 0x00008000U

#define PROCESS_NAME_NATIVE 0x00000001U

typedef struct _STARTUPINFOEXA {
    STARTUPINFOA StartupInfo;
    LPPROC_THREAD_ATTRIBUTE_LIST lpAttributeList;
} STARTUPINFOEXA, *LPSTARTUPINFOEXA;
typedef struct _STARTUPINFOEXW {
    STARTUPINFOW StartupInfo;
    LPPROC_THREAD_ATTRIBUTE_LIST lpAttributeList;
} STARTUPINFOEXW, *LPSTARTUPINFOEXW;
#ifdef UNICODE
typedef STARTUPINFOEXW STARTUPINFOEX;
typedef LPSTARTUPINFOEXW LPSTARTUPINFOEX;
#else
typedef STARTUPINFOEXA STARTUPINFOEX;
typedef LPSTARTUPINFOEXA LPSTARTUPINFOEX;
#endif

#define PROC_THREAD_ATTRIBUTE_NUMBER 0x0000FFFFU
#define PROC_THREAD_ATTRIBUTE_THREAD 0x00010000U
#define PROC_THREAD_ATTRIBUTE_INPUT 0x00020000U
#define PROC_THREAD_ATTRIBUTE_ADDITIVE 0x00040000U
#define PROC_THREAD_ATTRIBUTE_PARENT_PROCESS (0U | PROC_THREAD_ATTRIBUTE_INPUT)
#define PROC_THREAD_ATTRIBUTE_HANDLE_LIST (2U | PROC_THREAD_ATTRIBUTE_INPUT)
#define PROC_THREAD_ATTRIBUTE_JOB_LIST (13U | PROC_THREAD_ATTRIBUTE_INPUT)

#define MoveMemory RtlMoveMemory
#define CopyMemory RtlCopyMemory
#define FillMemory RtlFillMemory
#define ZeroMemory RtlZeroMemory
#define SecureZeroMemory RtlSecureZeroMemory

#define MAX_COMPUTERNAME_LENGTH 15

#define SEM_FAILCRITICALERRORS 0x0001U
#define SEM_NOGPFAULTERRORBOX 0x0002U
#define SEM_NOALIGNMENTFAULTEXCEPT 0x0004U
#define SEM_NOOPENFILEERRORBOX 0x8000U

KOBJ_BEGIN_C
// The program's own: the target kobj::winmain calls them.
int WINAPI WinMain(HINSTANCE hInstance, HINSTANCE hPrevInstance, LPSTR lpCmdLine, int nShowCmd);
int WINAPI wWinMain(HINSTANCE hInstance, HINSTANCE hPrevInstance, LPWSTR lpCmdLine, int nShowCmd);
HANDLE WINAPI CreateJobObjectA(LPSECURITY_ATTRIBUTES lpJobAttributes, LPCSTR lpName);
HANDLE WINAPI OpenJobObjectA(DWORD dwDesiredAccess, BOOL bInheritHandle, LPCSTR lpName);
HANDLE WINAPI CreateSemaphoreA(LPSECURITY_ATTRIBUTES lpSemaphoreAttributes, LONG lInitialCount, LONG lMaximumCount,
                               LPCSTR lpName);
HANDLE WINAPI CreateSemaphoreW(LPSECURITY_ATTRIBUTES lpSemaphoreAttributes, LONG lInitialCount, LONG lMaximumCount,
                               LPCWSTR lpName);
HANDLE WINAPI CreateSemaphoreExA(LPSECURITY_ATTRIBUTES lpSemaphoreAttributes, LONG lInitialCount, LONG lMaximumCount,
                                 LPCSTR lpName, DWORD dwFlags, DWORD dwDesiredAccess);
HANDLE WINAPI CreateSemaphoreExW(LPSECURITY_ATTRIBUTES lpSemaphoreAttributes, LONG lInitialCount, LONG lMaximumCount,
                                 LPCWSTR lpName, DWORD dwFlags, DWORD dwDesiredAccess);
HANDLE WINAPI CreateWaitableTimerA(LPSECURITY_ATTRIBUTES lpTimerAttributes, BOOL bManualReset, LPCSTR lpTimerName);
HANDLE WINAPI CreateWaitableTimerW(LPSECURITY_ATTRIBUTES lpTimerAttributes, BOOL bManualReset, LPCWSTR lpTimerName);
HANDLE WINAPI CreateWaitableTimerExA(LPSECURITY_ATTRIBUTES lpTimerAttributes, LPCSTR lpTimerName, DWORD dwFlags,
                                     DWORD dwDesiredAccess);
HANDLE WINAPI CreateWaitableTimerExW(LPSECURITY_ATTRIBUTES lpTimerAttributes, LPCWSTR lpTimerName, DWORD dwFlags,
                                     DWORD dwDesiredAccess);
BOOL WINAPI MoveFileA(LPCSTR lpExistingFileName, LPCSTR lpNewFileName);
BOOL WINAPI MoveFileW(LPCWSTR lpExistingFileName, LPCWSTR lpNewFileName);
// Partial: nothing waits for the next start of the system.
BOOL WINAPI MoveFileExA(LPCSTR lpExistingFileName, LPCSTR lpNewFileName, DWORD dwFlags);
BOOL WINAPI MoveFileExW(LPCWSTR lpExistingFileName, LPCWSTR lpNewFileName, DWORD dwFlags);
BOOL WINAPI CopyFileA(LPCSTR lpExistingFileName, LPCSTR lpNewFileName, BOOL bFailIfExists);
BOOL WINAPI CopyFileW(LPCWSTR lpExistingFileName, LPCWSTR lpNewFileName, BOOL bFailIfExists);
VOID WINAPI GetStartupInfoA(LPSTARTUPINFOA lpStartupInfo);
// Partial: both forms of the name are the system's path.
BOOL WINAPI QueryFullProcessImageNameA(HANDLE hProcess, DWORD dwFlags, LPSTR lpExeName, PDWORD lpdwSize);
BOOL WINAPI QueryFullProcessImageNameW(HANDLE hProcess, DWORD dwFlags, LPWSTR lpExeName, PDWORD lpdwSize);
// Partial: the first 64 processors.
BOOL WINAPI GetProcessAffinityMask(HANDLE hProcess, PDWORD_PTR lpProcessAffinityMask, PDWORD_PTR lpSystemAffinityMask);
// Partial: the first 64 processors.
BOOL WINAPI SetProcessAffinityMask(HANDLE hProcess, DWORD_PTR dwProcessAffinityMask);
BOOL WINAPI PulseEvent(HANDLE hEvent);
HANDLE WINAPI CreatePrivateNamespaceA(LPSECURITY_ATTRIBUTES lpPrivateNamespaceAttributes, LPVOID lpBoundaryDescriptor,
                                      LPCSTR lpAliasPrefix);
HANDLE WINAPI OpenPrivateNamespaceA(LPVOID lpBoundaryDescriptor, LPCSTR lpAliasPrefix);
HANDLE WINAPI CreateBoundaryDescriptorA(LPCSTR Name, ULONG Flags);
BOOL WINAPI AddIntegrityLabelToBoundaryDescriptor(HANDLE* BoundaryDescriptor, PSID IntegrityLabel);
DWORD WINAPI SignalObjectAndWait(HANDLE hObjectToSignal, HANDLE hObjectToWaitOn, DWORD dwMilliseconds, BOOL bAlertable);
DWORD_PTR WINAPI SetThreadAffinityMask(HANDLE hThread, DWORD_PTR dwThreadAffinityMask);
// Partial: the number is kept, but the system's scheduler is not told.
DWORD WINAPI SetThreadIdealProcessor(HANDLE hThread, DWORD dwIdealProcessor);
BOOL WINAPI RegisterWaitForSingleObject(PHANDLE phNewWaitObject, HANDLE hObject, WAITORTIMERCALLBACK Callback,
                                        PVOID Context, ULONG dwMilliseconds, ULONG dwFlags);
BOOL WINAPI UnregisterWait(HANDLE WaitHandle);
HLOCAL WINAPI LocalAlloc(UINT uFlags, SIZE_T uBytes);
HLOCAL WINAPI LocalReAlloc(HLOCAL hMem, SIZE_T uBytes, UINT uFlags);
LPVOID WINAPI LocalLock(HLOCAL hMem);
BOOL WINAPI LocalUnlock(HLOCAL hMem);
SIZE_T WINAPI LocalSize(HLOCAL hMem);
UINT WINAPI LocalFlags(HLOCAL hMem);
HLOCAL WINAPI LocalFree(HLOCAL hMem);
HGLOBAL WINAPI GlobalAlloc(UINT uFlags, SIZE_T dwBytes);
HGLOBAL WINAPI GlobalReAlloc(HGLOBAL hMem, SIZE_T dwBytes, UINT uFlags);
LPVOID WINAPI GlobalLock(HGLOBAL hMem);
BOOL WINAPI GlobalUnlock(HGLOBAL hMem);
SIZE_T WINAPI GlobalSize(HGLOBAL hMem);
UINT WINAPI GlobalFlags(HGLOBAL hMem);
HGLOBAL WINAPI GlobalFree(HGLOBAL hMem);
// Partial: the first label of the host's name, cut to 15 characters.
BOOL WINAPI GetComputerNameA(LPSTR lpBuffer, LPDWORD nSize);
BOOL WINAPI GetComputerNameW(LPWSTR lpBuffer, LPDWORD nSize);
BOOL WINAPI GetUserNameA(LPSTR lpBuffer, LPDWORD pcbBuffer);
BOOL WINAPI GetUserNameW(LPWSTR lpBuffer, LPDWORD pcbBuffer);
int WINAPI MulDiv(int nNumber, int nNumerator, int nDenominator);
// Partial: symbols, then digits, then letters, by their numbers; no rules of a language.
int WINAPI lstrcmpA(LPCSTR lpString1, LPCSTR lpString2);
int WINAPI lstrcmpW(LPCWSTR lpString1, LPCWSTR lpString2);
// Partial: symbols, then digits, then letters, by their numbers; no rules of a language.
int WINAPI lstrcmpiA(LPCSTR lpString1, LPCSTR lpString2);
int WINAPI lstrcmpiW(LPCWSTR lpString1, LPCWSTR lpString2);
// Partial: the system's messages in English, for the common errors; no modules have messages.
DWORD WINAPI FormatMessageA(DWORD dwFlags, LPCVOID lpSource, DWORD dwMessageId, DWORD dwLanguageId, LPSTR lpBuffer,
                            DWORD nSize, va_list* Arguments);
DWORD WINAPI FormatMessageW(DWORD dwFlags, LPCVOID lpSource, DWORD dwMessageId, DWORD dwLanguageId, LPWSTR lpBuffer,
                            DWORD nSize, va_list* Arguments);
// Partial: a bad address is no error but ends the program.
int WINAPI lstrlenA(LPCSTR lpString);
int WINAPI lstrlenW(LPCWSTR lpString);
// Partial: a bad address is no error but ends the program.
LPSTR WINAPI lstrcpyA(LPSTR lpString1, LPCSTR lpString2);
LPWSTR WINAPI lstrcpyW(LPWSTR lpString1, LPCWSTR lpString2);
// Partial: a bad address is no error but ends the program.
LPSTR WINAPI lstrcpynA(LPSTR lpString1, LPCSTR lpString2, int iMaxLength);
LPWSTR WINAPI lstrcpynW(LPWSTR lpString1, LPCWSTR lpString2, int iMaxLength);
// Partial: a bad address is no error but ends the program.
LPSTR WINAPI lstrcatA(LPSTR lpString1, LPCSTR lpString2);
LPWSTR WINAPI lstrcatW(LPWSTR lpString1, LPCWSTR lpString2);
KOBJ_END_C

FORCEINLINE void InitializeThreadpoolEnvironment(PTP_CALLBACK_ENVIRON pcbe) {
    memset(pcbe, 0, sizeof(*pcbe));
    pcbe->Version = 3;
    pcbe->CallbackPriority = TP_CALLBACK_PRIORITY_NORMAL;
    pcbe->Size = KOBJ_INTEGER(DWORD, sizeof(*pcbe));
}
FORCEINLINE void SetThreadpoolCallbackPool(PTP_CALLBACK_ENVIRON pcbe, PTP_POOL ptpp) {
    pcbe->Pool = ptpp;
}
FORCEINLINE void SetThreadpoolCallbackCleanupGroup(PTP_CALLBACK_ENVIRON pcbe, PTP_CLEANUP_GROUP ptpcg,
                                                   PTP_CLEANUP_GROUP_CANCEL_CALLBACK pfng) {
    pcbe->CleanupGroup = ptpcg;
    pcbe->CleanupGroupCancelCallback = pfng;
}
FORCEINLINE void SetThreadpoolCallbackRunsLong(PTP_CALLBACK_ENVIRON pcbe) {
    pcbe->u.s.LongFunction = 1;
}
FORCEINLINE void SetThreadpoolCallbackPriority(PTP_CALLBACK_ENVIRON pcbe, TP_CALLBACK_PRIORITY Priority) {
    pcbe->CallbackPriority = Priority;
}
FORCEINLINE void DestroyThreadpoolEnvironment(PTP_CALLBACK_ENVIRON pcbe) {
    (void)pcbe;
}

#ifdef UNICODE
#    define GetComputerName GetComputerNameW
#    define MoveFile MoveFileW
#    define MoveFileEx MoveFileExW
#    define CopyFile CopyFileW
#    define GetUserName GetUserNameW
#    define OpenPrivateNamespace OpenPrivateNamespaceW
#    define CreateSemaphore CreateSemaphoreW
#    define CreateSemaphoreEx CreateSemaphoreExW
#    define CreateWaitableTimer CreateWaitableTimerW
#    define CreateWaitableTimerEx CreateWaitableTimerExW
#    define FormatMessage FormatMessageW
#    define QueryFullProcessImageName QueryFullProcessImageNameW
#    define lstrlen lstrlenW
#    define lstrcmp lstrcmpW
#    define lstrcmpi lstrcmpiW
#    define lstrcpy lstrcpyW
#    define lstrcpyn lstrcpynW
#    define lstrcat lstrcatW
#else
#    define GetComputerName GetComputerNameA
#    define MoveFile MoveFileA
#    define MoveFileEx MoveFileExA
#    define CopyFile CopyFileA
#    define GetUserName GetUserNameA
#    define CreateJobObject CreateJobObjectA
#    define OpenJobObject OpenJobObjectA
#    define CreatePrivateNamespace CreatePrivateNamespaceA
#    define OpenPrivateNamespace OpenPrivateNamespaceA
#    define CreateBoundaryDescriptor CreateBoundaryDescriptorA
#    define CreateSemaphore CreateSemaphoreA
#    define CreateSemaphoreEx CreateSemaphoreExA
#    define CreateWaitableTimer CreateWaitableTimerA
#    define CreateWaitableTimerEx CreateWaitableTimerExA
#    define FormatMessage FormatMessageA
#    define QueryFullProcessImageName QueryFullProcessImageNameA
#    define GetStartupInfo GetStartupInfoA
#    define lstrlen lstrlenA
#    define lstrcmp lstrcmpA
#    define lstrcmpi lstrcmpiA
#    define lstrcpy lstrcpyA
#    define lstrcpyn lstrcpynA
#    define lstrcat lstrcatA
#endif
