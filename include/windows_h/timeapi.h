#pragma once

#include <minwindef.h>

typedef UINT MMRESULT;

typedef struct timecaps_tag {
    UINT wPeriodMin;
    UINT wPeriodMax;
} TIMECAPS, *PTIMECAPS, *NPTIMECAPS, *LPTIMECAPS;

#define TIMERR_NOERROR 0
#define TIMERR_NOCANDO 97

KOBJ_BEGIN_C
MMRESULT WINAPI timeGetDevCaps(LPTIMECAPS ptc, UINT cbtc);
DWORD WINAPI timeGetTime(void);
// Partial: clocks and sleeps are as exact as the system has them, before and after.
MMRESULT WINAPI timeBeginPeriod(UINT uPeriod);
// Partial: clocks and sleeps are as exact as the system has them, before and after.
MMRESULT WINAPI timeEndPeriod(UINT uPeriod);
KOBJ_END_C
