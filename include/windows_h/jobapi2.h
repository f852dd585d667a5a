#pragma once

#include <minwinbase.h>

KOBJ_BEGIN_C
HANDLE WINAPI CreateJobObjectW(LPSECURITY_ATTRIBUTES lpJobAttributes, LPCWSTR lpName);
HANDLE WINAPI OpenJobObjectW(DWORD dwDesiredAccess, BOOL bInheritHandle, LPCWSTR lpName);
BOOL WINAPI AssignProcessToJobObject(HANDLE hJob, HANDLE hProcess);
// Partial: what a program without kobj has started ends with the job as long as its parents are there.
BOOL WINAPI TerminateJobObject(HANDLE hJob, UINT uExitCode);
// Partial: the basic and the extended limits, of these the number of processes, kill on close and both breakaways; no
// limits of time, memory, affinity, priority, or of the user interface; no completion port.
BOOL WINAPI SetInformationJobObject(HANDLE hJob, JOBOBJECTINFOCLASS JobObjectInformationClass,
                                    LPVOID lpJobObjectInformation, DWORD cbJobObjectInformationLength);
// Partial: accounting without page faults, input and output; the limits that can be set; the list of processes.
BOOL WINAPI QueryInformationJobObject(HANDLE hJob, JOBOBJECTINFOCLASS JobObjectInformationClass,
                                      LPVOID lpJobObjectInformation, DWORD cbJobObjectInformationLength,
                                      LPDWORD lpReturnLength);
KOBJ_END_C

#ifdef UNICODE
#    define CreateJobObject CreateJobObjectW
#    define OpenJobObject OpenJobObjectW
#endif
