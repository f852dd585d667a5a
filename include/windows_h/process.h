#pragma once

// What the C library of Windows has for threads and processes.

#include <minwindef.h>

KOBJ_BEGIN_C
KOBJ_END_C
