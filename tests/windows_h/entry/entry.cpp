// The same in C++.
#include "entry.c"
