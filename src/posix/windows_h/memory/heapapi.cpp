#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <new>

#include "posix/os/stop_signal.hpp"
#include "posix/windows_h/call.hpp"

using namespace kobj::windows_h;

// A block has its size before it, since the system does not tell the size that was asked for; and its heap, whose
// blocks are a ring, since a heap that is destroyed frees them. The heap of the process has no ring and no gate.
namespace {

struct heap;
struct alignas(std::max_align_t) head {
    SIZE_T size;
    heap* owner;
    head* next = this;
    head* previous = this;
};

struct heap {
    std::recursive_mutex gate;
    SIZE_T most = 0;  // 0: as much as there is
    SIZE_T used = 0;
    head blocks{0, this};
    heap* next = nullptr;
};

heap& process_heap() {
    static auto* const only = new heap;
    return *only;
}

// The heaps that were created, so that what is none is found out.
constinit kobj::posix::os::unstopped_mutex heaps_gate;
constinit heap* heaps = nullptr;

heap* heap_of(HANDLE handle) noexcept {
    if (handle == &process_heap()) return &process_heap();
    const std::lock_guard hold(heaps_gate);
    for (heap* each = heaps; each != nullptr; each = each->next)
        if (each == handle) return each;
    SetLastError(ERROR_INVALID_HANDLE);
    return nullptr;
}

bool is_process_heap(const heap* which) noexcept {
    return which == &process_heap();
}

head* head_of(const void* block) noexcept {
    return static_cast<head*>(const_cast<void*>(block)) - 1;
}

void link(heap& owner, head* block) noexcept {
    if (is_process_heap(&owner)) return;
    block->next = &owner.blocks;
    block->previous = owner.blocks.previous;
    block->previous->next = block;
    owner.blocks.previous = block;
    owner.used += block->size + sizeof(head);
}
void unlink(heap& owner, head* block) noexcept {
    if (is_process_heap(&owner)) return;
    block->previous->next = block->next;
    block->next->previous = block->previous;
    owner.used -= block->size + sizeof(head);
}

// The gate of a heap that was created.
std::unique_lock<std::recursive_mutex> hold(heap& which) {
    return is_process_heap(&which) ? std::unique_lock<std::recursive_mutex>() : std::unique_lock(which.gate);
}

bool has_room(const heap& which, SIZE_T size, SIZE_T instead_of = 0) noexcept {
    return which.most == 0 || which.used - instead_of + size <= which.most;
}

}  // namespace

HANDLE GetProcessHeap() {
    return &process_heap();
}

HANDLE HeapCreate(DWORD options, SIZE_T initial, SIZE_T most) {
    if ((options & (HEAP_GENERATE_EXCEPTIONS | HEAP_CREATE_ENABLE_EXECUTE)) != 0)
        return refuse_handle(ERROR_NOT_SUPPORTED);
    auto* const made = new (std::nothrow) heap;
    if (made == nullptr) return refuse_handle(ERROR_NOT_ENOUGH_MEMORY);
    made->most = most != 0 && most < initial ? initial : most;
    const std::lock_guard all(heaps_gate);
    made->next = heaps;
    heaps = made;
    return made;
}

BOOL HeapDestroy(HANDLE handle) {
    {
        const std::lock_guard all(heaps_gate);
        heap** at = &heaps;
        while (*at != nullptr && *at != handle) at = &(*at)->next;
        if (*at == nullptr) return refuse(ERROR_INVALID_HANDLE);
        *at = (*at)->next;
    }
    auto* const ended = static_cast<heap*>(handle);
    for (head* each = ended->blocks.next; each != &ended->blocks;) {
        head* const next = each->next;
        std::free(each);
        each = next;
    }
    delete ended;
    return TRUE;
}

LPVOID HeapAlloc(HANDLE handle, DWORD flags, SIZE_T size) {
    heap* const from = heap_of(handle);
    if (from == nullptr) return nullptr;
    if (size > SIZE_MAX / 2) return refuse_handle(ERROR_NOT_ENOUGH_MEMORY);
    const auto gate = hold(*from);
    const SIZE_T all = size + sizeof(head);
    if (!has_room(*from, all)) return refuse_handle(ERROR_NOT_ENOUGH_MEMORY);
    void* const place = (flags & HEAP_ZERO_MEMORY) != 0 ? std::calloc(1, all) : std::malloc(all);
    if (place == nullptr) return refuse_handle(ERROR_NOT_ENOUGH_MEMORY);
    head* const made = new (place) head{size, from};
    link(*from, made);
    return made + 1;
}

LPVOID HeapReAlloc(HANDLE handle, DWORD flags, LPVOID block, SIZE_T size) {
    heap* const from = heap_of(handle);
    if (from == nullptr) return nullptr;
    if (block == nullptr || size > SIZE_MAX / 2) return refuse_handle(ERROR_NOT_ENOUGH_MEMORY);
    const auto gate = hold(*from);
    head* const old = head_of(block);
    const SIZE_T before = old->size;
    if (!has_room(*from, size, before)) return refuse_handle(ERROR_NOT_ENOUGH_MEMORY);
    const bool in_place = (flags & HEAP_REALLOC_IN_PLACE_ONLY) != 0;
    if (in_place && size > before) return refuse_handle(ERROR_NOT_ENOUGH_MEMORY);
    unlink(*from, old);
    void* const place = in_place ? old : std::realloc(old, size + sizeof(head));
    if (place == nullptr) {
        link(*from, old);
        return refuse_handle(ERROR_NOT_ENOUGH_MEMORY);
    }
    head* const made = new (place) head{size, from};
    link(*from, made);
    if ((flags & HEAP_ZERO_MEMORY) != 0 && size > before)
        std::memset(reinterpret_cast<char*>(made + 1) + before, 0, size - before);
    return made + 1;
}

BOOL HeapFree(HANDLE handle, DWORD, LPVOID block) {
    heap* const from = heap_of(handle);
    if (from == nullptr) return FALSE;
    if (block == nullptr) return TRUE;
    const auto gate = hold(*from);
    unlink(*from, head_of(block));
    std::free(head_of(block));
    return TRUE;
}

SIZE_T HeapSize(HANDLE handle, DWORD, LPCVOID block) {
    if (heap_of(handle) == nullptr || block == nullptr) return ~SIZE_T{0};
    return head_of(block)->size;
}

BOOL HeapValidate(HANDLE handle, DWORD, LPCVOID block) {
    heap* const which = heap_of(handle);
    if (which == nullptr) return FALSE;
    const auto gate = hold(*which);
    if (block != nullptr) return head_of(block)->owner == which ? TRUE : FALSE;
    for (const head* each = which->blocks.next; each != &which->blocks; each = each->next)
        if (each->owner != which || each->next->previous != each) return FALSE;
    return TRUE;
}

SIZE_T HeapCompact(HANDLE handle, DWORD) {
    return heap_of(handle) == nullptr ? 0 : static_cast<SIZE_T>(sysconf(_SC_PAGESIZE));
}

BOOL HeapLock(HANDLE handle) {
    heap* const which = heap_of(handle);
    if (which == nullptr) return FALSE;
    which->gate.lock();
    return TRUE;
}
BOOL HeapUnlock(HANDLE handle) {
    heap* const which = heap_of(handle);
    if (which == nullptr) return FALSE;
    which->gate.unlock();
    return TRUE;
}
