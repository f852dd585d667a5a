#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>

#include "posix/windows_h/call.hpp"

using namespace kobj::windows_h;

// A block has its size before it: the system does not tell the size that was asked for.
namespace {

struct alignas(std::max_align_t) head {
    SIZE_T size;
};

char process_heap;

head* head_of(const void* block) noexcept {
    return static_cast<head*>(const_cast<void*>(block)) - 1;
}

bool is_heap(HANDLE heap) noexcept {
    if (heap == &process_heap) return true;
    SetLastError(ERROR_INVALID_HANDLE);
    return false;
}

}  // namespace

HANDLE GetProcessHeap() {
    return &process_heap;
}

LPVOID HeapAlloc(HANDLE heap, DWORD flags, SIZE_T size) {
    if (!is_heap(heap)) return nullptr;
    if (size > SIZE_MAX / 2) return refuse_handle(ERROR_NOT_ENOUGH_MEMORY);
    const SIZE_T all = size + sizeof(head);
    void* const place = (flags & HEAP_ZERO_MEMORY) != 0 ? std::calloc(1, all) : std::malloc(all);
    if (place == nullptr) return refuse_handle(ERROR_NOT_ENOUGH_MEMORY);
    return new (place) head{size} + 1;
}

LPVOID HeapReAlloc(HANDLE heap, DWORD flags, LPVOID block, SIZE_T size) {
    if (!is_heap(heap)) return nullptr;
    if (block == nullptr || size > SIZE_MAX / 2) return refuse_handle(ERROR_NOT_ENOUGH_MEMORY);
    const SIZE_T before = head_of(block)->size;
    if ((flags & HEAP_REALLOC_IN_PLACE_ONLY) != 0) {
        if (size > before) return refuse_handle(ERROR_NOT_ENOUGH_MEMORY);
        head_of(block)->size = size;
        return block;
    }
    void* const place = std::realloc(head_of(block), size + sizeof(head));
    if (place == nullptr) return refuse_handle(ERROR_NOT_ENOUGH_MEMORY);
    void* const moved = new (place) head{size} + 1;
    if ((flags & HEAP_ZERO_MEMORY) != 0 && size > before)
        std::memset(static_cast<char*>(moved) + before, 0, size - before);
    return moved;
}

BOOL HeapFree(HANDLE heap, DWORD, LPVOID block) {
    if (!is_heap(heap)) return FALSE;
    if (block != nullptr) std::free(head_of(block));
    return TRUE;
}

SIZE_T HeapSize(HANDLE heap, DWORD, LPCVOID block) {
    if (!is_heap(heap) || block == nullptr) return ~SIZE_T{0};
    return head_of(block)->size;
}

HLOCAL LocalAlloc(UINT flags, SIZE_T size) {
    if ((flags & ~LPTR) != 0) return refuse_handle(ERROR_NOT_SUPPORTED);
    return HeapAlloc(GetProcessHeap(), (flags & LMEM_ZEROINIT) != 0 ? HEAP_ZERO_MEMORY : 0, size);
}

HLOCAL LocalFree(HLOCAL block) {
    HeapFree(GetProcessHeap(), 0, block);
    return nullptr;
}
