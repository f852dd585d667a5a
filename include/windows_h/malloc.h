#pragma once
// A system header to the compiler, since it includes the one of its name.
#pragma GCC system_header
#include_next <malloc.h>

#include <basetsd.h>
#include <stdlib.h>

// Of the C library of Windows: memory for what needs an alignment, such as entries of an SLIST.
FORCEINLINE void* _aligned_malloc(size_t size, size_t alignment) {
    void* memory = 0;
    if (alignment < sizeof(void*)) alignment = sizeof(void*);
    return posix_memalign(&memory, alignment, size) == 0 ? memory : 0;
}
FORCEINLINE void _aligned_free(void* memory) {
    free(memory);
}
