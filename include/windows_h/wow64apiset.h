#pragma once

#include <minwinbase.h>

KOBJ_BEGIN_C
BOOL WINAPI IsWow64Process(HANDLE hProcess, PBOOL Wow64Process);
KOBJ_END_C
