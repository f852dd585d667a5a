#pragma once

#include <minwindef.h>

KOBJ_BEGIN_C
BOOL WINAPI IsProcessInJob(HANDLE ProcessHandle, HANDLE JobHandle, PBOOL Result);
KOBJ_END_C
