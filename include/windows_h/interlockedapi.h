#pragma once

#include <minwinbase.h>

KOBJ_BEGIN_C
KOBJ_END_C
