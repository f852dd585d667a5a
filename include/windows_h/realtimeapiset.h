#pragma once

#include <minwindef.h>

KOBJ_BEGIN_C
// Partial: nanoseconds of processor time, which the system counts, and not cycles.
BOOL WINAPI QueryThreadCycleTime(HANDLE ThreadHandle, PULONG64 CycleTime);
// Partial: nanoseconds of processor time, which the system counts, and not cycles.
BOOL WINAPI QueryProcessCycleTime(HANDLE ProcessHandle, PULONG64 CycleTime);
void WINAPI QueryInterruptTime(PULONGLONG lpInterruptTime);
void WINAPI QueryInterruptTimePrecise(PULONGLONG lpInterruptTimePrecise);
BOOL WINAPI QueryUnbiasedInterruptTime(PULONGLONG UnbiasedTime);
void WINAPI QueryUnbiasedInterruptTimePrecise(PULONGLONG lpUnbiasedInterruptTimePrecise);
KOBJ_END_C
