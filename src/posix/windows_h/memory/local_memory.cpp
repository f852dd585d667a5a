#include <cstdint>

#include "posix/windows_h/call.hpp"

using namespace kobj::windows_h;

// https://learn.microsoft.com/windows/win32/memory/global-and-local-functions
//
// Fixed memory is a block of the process's heap, its handle the address. The handle of moveable memory leads to a
// record that has the address; it is 8 beyond a multiple of 16, where no block begins.
namespace {

struct record {
    LPVOID unused;  // brings the next to 8 beyond a multiple of 16
    LPVOID block;   // null: discarded
    DWORD locks;
    DWORD flags;
};
static_assert(offsetof(record, block) == 8);

constexpr UINT moveable = LMEM_MOVEABLE;
constexpr DWORD most_locks = 0xFF;

record* record_of(HLOCAL memory) noexcept {
    const auto value = reinterpret_cast<std::uintptr_t>(memory);
    return value % 16 == 8 ? reinterpret_cast<record*>(value - 8) : nullptr;
}
HLOCAL handle_of(record* of) noexcept {
    return &of->block;
}
DWORD heap_flags(UINT flags) noexcept {
    return (flags & LMEM_ZEROINIT) != 0 ? HEAP_ZERO_MEMORY : 0;
}
LPVOID take(UINT flags, SIZE_T size) noexcept {
    return HeapAlloc(GetProcessHeap(), heap_flags(flags), size);
}

HLOCAL allocate(UINT flags, SIZE_T size) noexcept {
    // Nothing is still a place: Windows gives one byte.
    if ((flags & moveable) == 0) return take(flags, size == 0 ? 1 : size);
    auto* const made = static_cast<record*>(take(LMEM_ZEROINIT, sizeof(record)));
    if (made == nullptr) return nullptr;
    if (size != 0) {
        made->block = take(flags, size);
        if (made->block == nullptr) {
            HeapFree(GetProcessHeap(), 0, made);
            return nullptr;
        }
    }
    made->flags = size == 0 ? LMEM_DISCARDED : 0;
    return handle_of(made);
}

}  // namespace

HLOCAL LocalAlloc(UINT flags, SIZE_T size) {
    return allocate(flags, size);
}

HLOCAL LocalReAlloc(HLOCAL memory, SIZE_T size, UINT flags) {
    if (memory == nullptr) return refuse_handle(ERROR_INVALID_HANDLE);
    record* const its = record_of(memory);
    HANDLE const heap = GetProcessHeap();
    if ((flags & LMEM_MODIFY) != 0) return memory;
    if (its == nullptr) {
        // Only with leave to move.
        const DWORD how = heap_flags(flags) | ((flags & moveable) != 0 ? 0 : HEAP_REALLOC_IN_PLACE_ONLY);
        return HeapReAlloc(heap, how, memory, size == 0 ? 1 : size);
    }
    if (size == 0) {
        if (its->locks != 0) return refuse_handle(ERROR_INVALID_HANDLE);
        HeapFree(heap, 0, its->block);
        its->block = nullptr;
        its->flags |= LMEM_DISCARDED;
        return memory;
    }
    LPVOID const block =
        its->block == nullptr ? take(flags, size) : HeapReAlloc(heap, heap_flags(flags), its->block, size);
    if (block == nullptr) return nullptr;
    its->block = block;
    its->flags &= ~LMEM_DISCARDED;
    return memory;
}

LPVOID LocalLock(HLOCAL memory) {
    record* const its = record_of(memory);
    if (its == nullptr) return memory;
    if (its->block == nullptr) return refuse_handle(ERROR_DISCARDED);
    if (its->locks < most_locks) ++its->locks;
    return its->block;
}

BOOL LocalUnlock(HLOCAL memory) {
    record* const its = record_of(memory);
    // Fixed memory is never locked.
    if (its == nullptr) return refuse(ERROR_NOT_LOCKED);
    if (its->locks == 0) return refuse(ERROR_NOT_LOCKED);
    if (--its->locks != 0) return TRUE;
    return refuse(NO_ERROR);
}

SIZE_T LocalSize(HLOCAL memory) {
    if (memory == nullptr) {
        SetLastError(ERROR_INVALID_HANDLE);
        return 0;
    }
    record* const its = record_of(memory);
    if (its == nullptr) return HeapSize(GetProcessHeap(), 0, memory);
    return its->block == nullptr ? 0 : HeapSize(GetProcessHeap(), 0, its->block);
}

UINT LocalFlags(HLOCAL memory) {
    if (memory == nullptr) {
        SetLastError(ERROR_INVALID_HANDLE);
        return LMEM_INVALID_HANDLE;
    }
    const record* const its = record_of(memory);
    return its == nullptr ? 0 : its->flags | its->locks;
}

HLOCAL LocalFree(HLOCAL memory) {
    record* const its = record_of(memory);
    if (its != nullptr) HeapFree(GetProcessHeap(), 0, its->block);
    HeapFree(GetProcessHeap(), 0, its != nullptr ? static_cast<LPVOID>(its) : memory);
    return nullptr;
}

HGLOBAL GlobalAlloc(UINT flags, SIZE_T size) {
    return allocate(flags, size);
}
HGLOBAL GlobalReAlloc(HGLOBAL memory, SIZE_T size, UINT flags) {
    return LocalReAlloc(memory, size, flags);
}
LPVOID GlobalLock(HGLOBAL memory) {
    return LocalLock(memory);
}
// As Windows does, and unlike LocalUnlock: fixed memory counts as unlocked with success.
BOOL GlobalUnlock(HGLOBAL memory) {
    return record_of(memory) == nullptr ? TRUE : LocalUnlock(memory);
}
SIZE_T GlobalSize(HGLOBAL memory) {
    return LocalSize(memory);
}
UINT GlobalFlags(HGLOBAL memory) {
    return LocalFlags(memory);
}
HGLOBAL GlobalFree(HGLOBAL memory) {
    return LocalFree(memory);
}

int MulDiv(int number, int numerator, int denominator) {
    if (denominator == 0) return -1;
    const long long product = static_cast<long long>(number) * numerator;
    const long long divisor = denominator;
    // Rounded to the nearest, halves away from zero.
    const long long half = (divisor < 0 ? -divisor : divisor) / 2;
    const long long quotient = (product < 0 ? product - half : product + half) / divisor;
    return quotient > MAXLONG || quotient < MINLONG ? -1 : static_cast<int>(quotient);
}
