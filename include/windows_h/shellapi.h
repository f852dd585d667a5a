#pragma once

#include <minwindef.h>

KOBJ_BEGIN_C
LPWSTR* WINAPI CommandLineToArgvW(LPCWSTR lpCmdLine, int* pNumArgs);
KOBJ_END_C
