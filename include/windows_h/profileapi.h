#pragma once

#include <minwindef.h>

KOBJ_BEGIN_C
BOOL WINAPI QueryPerformanceCounter(LARGE_INTEGER* lpPerformanceCount);
BOOL WINAPI QueryPerformanceFrequency(LARGE_INTEGER* lpFrequency);
KOBJ_END_C
