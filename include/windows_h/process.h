#pragma once

// What the C library of Windows has for threads and processes.

#include <minwindef.h>

typedef void(__cdecl* _beginthread_proc_type)(void*);
typedef unsigned(__stdcall* _beginthreadex_proc_type)(void*);

KOBJ_BEGIN_C
uintptr_t __cdecl _beginthread(_beginthread_proc_type _StartAddress, unsigned _StackSize, void* _ArgList);
DECLSPEC_NORETURN void __cdecl _endthread(void);
uintptr_t __cdecl _beginthreadex(void* _Security, unsigned _StackSize, _beginthreadex_proc_type _StartAddress,
                                 void* _ArgList, unsigned _InitFlag, unsigned* _ThrdAddr);
DECLSPEC_NORETURN void __cdecl _endthreadex(unsigned _Retval);
KOBJ_END_C
