#pragma once

#include <minwindef.h>

KOBJ_BEGIN_C
// Partial: without a terminal it reads standard input; keys that are no characters come as the terminal's own sequences.
int __cdecl _getch(void);
// Partial: without a terminal it reads standard input; keys that are no characters come as the terminal's own sequences.
int __cdecl _getche(void);
// Partial: without a terminal it looks at standard input.
int __cdecl _kbhit(void);
KOBJ_END_C
