#pragma once

#include <minwinbase.h>

#define FLS_OUT_OF_INDEXES 0xFFFFFFFFU

// Values of threads with a function that disposes of them. There are no fibers: each thread is its only one.
KOBJ_BEGIN_C
DWORD WINAPI FlsAlloc(PFLS_CALLBACK_FUNCTION lpCallback);
BOOL WINAPI FlsFree(DWORD dwFlsIndex);
PVOID WINAPI FlsGetValue(DWORD dwFlsIndex);
BOOL WINAPI FlsSetValue(DWORD dwFlsIndex, PVOID lpFlsData);
KOBJ_END_C
