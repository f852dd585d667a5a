#include <sys/mman.h>
#include <unistd.h>

#include <cinttypes>
#include <cstdio>
#include <map>
#include <memory>
#include <mutex>
#include <new>

#include "posix/os/stop_signal.hpp"
#include "posix/windows_h/call.hpp"
#include "posix/windows_h/memory/page_ranges.hpp"

using namespace kobj::windows_h;

// https://learn.microsoft.com/windows/win32/memory/virtual-memory-functions
//
// Reserved is mapped without access and without a claim on memory; committed has its access. Which is which, and with
// which protection, only we know: the kernel merges mappings that lie side by side.
namespace {

constexpr std::size_t granularity = 0x10000;

struct reservations {
    kobj::posix::os::unstopped_mutex gate;
    std::map<std::uintptr_t, page_ranges> by_base;
};
// Never destroyed: memory is freed until the process ends.
reservations& all_reservations() {
    static auto* const only = new reservations;
    return *only;
}

std::size_t page_size() noexcept {
    static const auto size = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    return size;
}
std::uintptr_t page_of(std::uintptr_t address) noexcept {
    return address & ~(page_size() - 1);
}
void* pointer(std::uintptr_t address) noexcept {
    return reinterpret_cast<void*>(address);
}

// What mmap takes for a protection of Win32; -1: not one for memory without a file.
int access_of(DWORD protection) noexcept {
    switch (protection & ~(PAGE_NOCACHE | PAGE_WRITECOMBINE)) {
        case PAGE_NOACCESS:
            return PROT_NONE;
        case PAGE_READONLY:
            return PROT_READ;
        case PAGE_READWRITE:
            return PROT_READ | PROT_WRITE;
        case PAGE_EXECUTE:
            return PROT_EXEC;
        case PAGE_EXECUTE_READ:
            return PROT_READ | PROT_EXEC;
        case PAGE_EXECUTE_READWRITE:
            return PROT_READ | PROT_WRITE | PROT_EXEC;
        default:
            return -1;
    }
}

struct place {
    std::uintptr_t base;
    page_ranges* ranges;
    std::size_t begin;  // offsets of whole pages
    std::size_t end;
};
// The reservation that has all of these bytes; ranges is null when there is none.
place find(reservations& all, std::uintptr_t address, std::size_t size) {
    auto next = all.by_base.upper_bound(address);
    if (next == all.by_base.begin()) return {};
    auto& [base, ranges] = *std::prev(next);
    const std::size_t offset = address - base;
    if (offset >= ranges.size() || size > ranges.size() - offset) return {};
    const std::size_t end = (offset + size + page_size() - 1) & ~(page_size() - 1);
    return {base, &ranges, page_of(offset), end};
}

// Without access, at a multiple of the granularity; null when there is no room, or not there.
void* reserve(std::uintptr_t wanted, std::size_t size) noexcept {
    constexpr int how = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    if (wanted != 0) {
        void* const got = mmap(pointer(wanted), size, PROT_NONE, how | MAP_FIXED_NOREPLACE, -1, 0);
        if (got == MAP_FAILED) return nullptr;
        if (got == pointer(wanted)) return got;
        munmap(got, size);  // a kernel that does not know the flag
        return nullptr;
    }
    if (size > SIZE_MAX - granularity) return nullptr;
    void* const got = mmap(nullptr, size + granularity, PROT_NONE, how, -1, 0);
    if (got == MAP_FAILED) return nullptr;
    const auto first = reinterpret_cast<std::uintptr_t>(got);
    const std::uintptr_t base = (first + granularity - 1) & ~(granularity - 1);
    if (base != first) munmap(got, base - first);
    if (const std::size_t behind = first + granularity - base; behind != 0) munmap(pointer(base + size), behind);
    return pointer(base);
}

// What has memory keeps its content. The rest is mapped anew, so that the kernel may refuse what it cannot promise.
DWORD commit(const place& at, DWORD protection) {
    const int access = access_of(protection);
    for (std::size_t i = at.begin; i < at.end;) {
        const page_ranges::run here = at.ranges->at(i);
        const std::size_t end = here.end < at.end ? here.end : at.end;
        void* const from = pointer(at.base + i);
        if (here.protection == page_ranges::reserved) {
            if (mmap(from, end - i, access, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
                return ERROR_NOT_ENOUGH_MEMORY;
        } else if (mprotect(from, end - i, access) != 0) {
            return ERROR_NOT_ENOUGH_MEMORY;
        }
        at.ranges->set(i, end, protection);
        i = end;
    }
    return ERROR_SUCCESS;
}

// Maps anew: what was there is gone, and counts no more.
bool decommit(const place& at) {
    void* const got = mmap(pointer(at.base + at.begin), at.end - at.begin, PROT_NONE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
    if (got == MAP_FAILED) return false;
    at.ranges->set(at.begin, at.end, page_ranges::reserved);
    return true;
}

LPVOID allocate(std::uintptr_t address, SIZE_T size, DWORD type, DWORD protection) {
    reservations& all = all_reservations();
    const std::lock_guard hold(all.gate);
    if ((type & MEM_RESET) != 0) {
        const place at = find(all, address, size);
        if (at.ranges == nullptr || !at.ranges->all_have_memory(at.begin, at.end))
            return refuse_handle(ERROR_INVALID_ADDRESS);
        madvise(pointer(at.base + at.begin), at.end - at.begin, MADV_FREE);
        return pointer(at.base + at.begin);
    }
    if ((type & MEM_RESERVE) != 0 || address == 0) {
        const std::uintptr_t base = address & ~(granularity - 1);
        const std::size_t rounded = (size + (address - base) + page_size() - 1) & ~(page_size() - 1);
        void* const made = reserve(base, rounded);
        if (made == nullptr) return refuse_handle(address != 0 ? ERROR_INVALID_ADDRESS : ERROR_NOT_ENOUGH_MEMORY);
        try {
            const auto got = reinterpret_cast<std::uintptr_t>(made);
            auto& ranges = all.by_base.emplace(got, page_ranges(rounded, protection)).first->second;
            if ((type & MEM_COMMIT) == 0) return made;
            if (const DWORD error = commit({got, &ranges, 0, rounded}, protection); error != ERROR_SUCCESS) {
                all.by_base.erase(got);
                munmap(made, rounded);
                return refuse_handle(error);
            }
            return made;
        } catch (...) {
            munmap(made, rounded);
            throw;
        }
    }
    const place at = find(all, address, size);
    if (at.ranges == nullptr) return refuse_handle(ERROR_INVALID_ADDRESS);
    if (const DWORD error = commit(at, protection); error != ERROR_SUCCESS) return refuse_handle(error);
    return pointer(at.base + at.begin);
}

// What VirtualAlloc did not make, as the kernel lists it.
bool describe_foreign(std::uintptr_t address, MEMORY_BASIC_INFORMATION& info) {
    const std::unique_ptr<FILE, int (*)(FILE*)> maps(std::fopen("/proc/self/maps", "re"), std::fclose);
    if (maps == nullptr) return false;
    std::uintptr_t free_from = 0;
    char line[512];
    while (std::fgets(line, sizeof line, maps.get()) != nullptr) {
        std::uintptr_t begin = 0;
        std::uintptr_t end = 0;
        char access[5] = {};
        unsigned long long inode = 0;
        if (std::sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s %*x %*s %llu", &begin, &end, access, &inode) != 4)
            continue;
        if (address >= end) {
            free_from = end;
            continue;
        }
        if (address < begin) {
            info.RegionSize = begin - page_of(address);
            break;
        }
        const bool reads = access[0] == 'r';
        const bool writes = access[1] == 'w';
        const bool runs = access[2] == 'x';
        info.AllocationBase = pointer(begin);
        info.RegionSize = end - page_of(address);
        info.State = MEM_COMMIT;
        info.Protect = writes  ? (runs ? PAGE_EXECUTE_READWRITE : PAGE_READWRITE)
                       : reads ? (runs ? PAGE_EXECUTE_READ : PAGE_READONLY)
                       : runs  ? PAGE_EXECUTE
                               : PAGE_NOACCESS;
        info.AllocationProtect = info.Protect;
        info.Type = inode == 0 ? MEM_PRIVATE : runs || access[3] == 'p' ? MEM_IMAGE : MEM_MAPPED;
        return true;
    }
    info.State = MEM_FREE;
    info.Protect = PAGE_NOACCESS;
    if (info.RegionSize == 0) info.RegionSize = 0x7FFF'FFFF'0000 - page_of(address);
    return free_from <= address;
}

}  // namespace

LPVOID VirtualAlloc(LPVOID address, SIZE_T size, DWORD type, DWORD protection) {
    constexpr DWORD known = MEM_COMMIT | MEM_RESERVE | MEM_RESET | MEM_TOP_DOWN;
    const auto from = reinterpret_cast<std::uintptr_t>(address);
    if ((type & (MEM_LARGE_PAGES | MEM_PHYSICAL | MEM_WRITE_WATCH)) != 0) return refuse_handle(ERROR_NOT_SUPPORTED);
    if (size == 0 || (type & ~known) != 0 || (type & (MEM_COMMIT | MEM_RESERVE | MEM_RESET)) == 0 ||
        ((type & MEM_RESET) != 0 && (type & (MEM_COMMIT | MEM_RESERVE)) != 0))
        return refuse_handle(ERROR_INVALID_PARAMETER);
    if (access_of(protection & ~PAGE_GUARD) < 0) return refuse_handle(ERROR_INVALID_PARAMETER);
    if ((protection & PAGE_GUARD) != 0) return refuse_handle(ERROR_NOT_SUPPORTED);
    if ((type & MEM_RESET) != 0 && address == nullptr) return refuse_handle(ERROR_INVALID_PARAMETER);
    constexpr std::uintptr_t highest = 0x7FFF'FFFF'0000;
    if (size > highest || from > highest - size) return refuse_handle(ERROR_INVALID_PARAMETER);
    if (from != 0 && from < granularity) return refuse_handle(ERROR_INVALID_PARAMETER);
    return guarded([&] { return allocate(from, size, type, protection); });
}

BOOL VirtualFree(LPVOID address, SIZE_T size, DWORD type) {
    if (type != MEM_RELEASE && type != MEM_DECOMMIT) return refuse(ERROR_INVALID_PARAMETER);
    if (type == MEM_RELEASE && size != 0) return refuse(ERROR_INVALID_PARAMETER);
    return guarded([&]() -> BOOL {
        reservations& all = all_reservations();
        const std::lock_guard hold(all.gate);
        const auto from = reinterpret_cast<std::uintptr_t>(address);
        place at = find(all, from, size);
        if (at.ranges == nullptr) {
            // Is the beginning one of ours at least?
            const place beginning = find(all, from, 0);
            return refuse(beginning.ranges == nullptr ? ERROR_INVALID_ADDRESS : ERROR_INVALID_PARAMETER);
        }
        if (type == MEM_RELEASE) {
            if (from != at.base) return refuse(ERROR_INVALID_ADDRESS);
            munmap(address, at.ranges->size());
            all.by_base.erase(at.base);
            return TRUE;
        }
        if (size == 0) {
            if (from != at.base) return refuse(ERROR_INVALID_ADDRESS);
            at.end = at.ranges->size();
        }
        return decommit(at) ? TRUE : refuse(ERROR_NOT_ENOUGH_MEMORY);
    });
}

BOOL VirtualProtect(LPVOID address, SIZE_T size, DWORD protection, PDWORD before) {
    if (before == nullptr) return refuse(ERROR_NOACCESS);
    if (size == 0 || access_of(protection) < 0)
        return refuse((protection & PAGE_GUARD) != 0 ? ERROR_NOT_SUPPORTED : ERROR_INVALID_PARAMETER);
    return guarded([&]() -> BOOL {
        reservations& all = all_reservations();
        const std::lock_guard hold(all.gate);
        const auto from = reinterpret_cast<std::uintptr_t>(address);
        const place at = find(all, from, size);
        if (at.ranges != nullptr) {
            if (!at.ranges->all_have_memory(at.begin, at.end)) return refuse(ERROR_INVALID_ADDRESS);
            const DWORD old = at.ranges->at(at.begin).protection;
            if (const DWORD error = commit(at, protection); error != ERROR_SUCCESS) return refuse(error);
            *before = old;
            return TRUE;
        }
        // Memory of others: the program's code, a view. All of it, for the kernel changes what lies in front of a hole.
        if (size > UINTPTR_MAX - from || find(all, from, 1).ranges != nullptr) return refuse(ERROR_INVALID_ADDRESS);
        const std::uintptr_t begin = page_of(from);
        const std::uintptr_t end = from + size;
        const auto next = all.by_base.lower_bound(begin);
        if (next != all.by_base.end() && next->first < end) return refuse(ERROR_INVALID_ADDRESS);
        DWORD old = 0;
        for (std::uintptr_t i = begin; i < end;) {
            MEMORY_BASIC_INFORMATION info{};
            if (!describe_foreign(i, info) || info.State != MEM_COMMIT) return refuse(ERROR_INVALID_ADDRESS);
            if (i == begin) old = info.Protect;
            i += info.RegionSize;
        }
        if (mprotect(pointer(begin), end - begin, access_of(protection)) != 0) return refuse(ERROR_INVALID_ADDRESS);
        *before = old;
        return TRUE;
    });
}

SIZE_T VirtualQuery(LPCVOID address, PMEMORY_BASIC_INFORMATION info, SIZE_T size) {
    if (size < sizeof *info) {
        SetLastError(ERROR_BAD_LENGTH);
        return 0;
    }
    const auto from = reinterpret_cast<std::uintptr_t>(address);
    // Where the kernel's part begins. A stack may end there.
    if (from >= 0x7FFF'FFFF'F000) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return 0;
    }
    return guarded([&]() -> SIZE_T {
        *info = {};
        info->BaseAddress = pointer(page_of(from));
        reservations& all = all_reservations();
        const std::lock_guard hold(all.gate);
        const place at = find(all, from, 1);
        if (at.ranges == nullptr) {
            describe_foreign(from, *info);
            return sizeof *info;
        }
        const page_ranges::run here = at.ranges->at(at.begin);
        info->AllocationBase = pointer(at.base);
        info->AllocationProtect = at.ranges->protection();
        info->RegionSize = here.end - at.begin;
        info->State = here.protection == page_ranges::reserved ? MEM_RESERVE : MEM_COMMIT;
        info->Protect = here.protection;
        info->Type = MEM_PRIVATE;
        return sizeof *info;
    });
}
