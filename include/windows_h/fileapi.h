#pragma once

#include <minwinbase.h>

KOBJ_BEGIN_C
LONG WINAPI CompareFileTime(const FILETIME* lpFileTime1, const FILETIME* lpFileTime2);
KOBJ_END_C
