#include <pthread.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <new>

#include "posix/os/stop_signal.hpp"
#include "posix/windows_h/call.hpp"

using namespace kobj::windows_h;

// https://learn.microsoft.com/windows/win32/procthread/thread-local-storage
//
// TLS: each index has a generation, odd while it is allocated. A thread's value counts only with the generation in
// which it was set, so a freed index is NULL in every thread without a visit to them.
//
// FLS: freeing an index visits all threads, since the callback must see each value. So their values are in a list,
// which the gate guards; a thread reads its own without it.
namespace {

constexpr DWORD tls_count = 1088;
constexpr DWORD fls_count = FLS_MAXIMUM_AVAILABLE;

constinit std::array<std::atomic<std::uint32_t>, tls_count> generations{};

struct tls_slot {
    PVOID value;
    std::uint32_t generation;
};

struct thread_values {
    std::array<tls_slot, tls_count> tls{};
    std::unique_ptr<std::atomic<PVOID>[]> fls;  // made when the first is set
    thread_values* next = nullptr;
    thread_values* previous = nullptr;
};

struct fls_index {
    bool used = false;
    PFLS_CALLBACK_FUNCTION callback = nullptr;
};
struct fls_state {
    kobj::posix::os::unstopped_mutex gate;
    std::array<fls_index, fls_count> all{};
    thread_values* threads = nullptr;
};
// Never destroyed: threads may end later than the program's static objects.
fls_state& fls() noexcept {
    alignas(fls_state) static unsigned char place[sizeof(fls_state)];
    static auto* const only = new (place) fls_state;
    return *only;
}

thread_local thread_values* mine = nullptr;

// Behind the destructors of thread_local objects, which may still use their values.
void end_thread(void* place) noexcept {
    auto* const values = static_cast<thread_values*>(place);
    fls_state& state = fls();
    for (DWORD i = 1; values->fls != nullptr && i < fls_count; ++i) {
        if (values->fls[i].load(std::memory_order_relaxed) == nullptr) continue;
        PFLS_CALLBACK_FUNCTION callback = nullptr;
        PVOID value = nullptr;
        {
            const std::lock_guard hold(state.gate);
            value = values->fls[i].exchange(nullptr, std::memory_order_relaxed);
            callback = state.all[i].callback;
        }
        if (value != nullptr && callback != nullptr) callback(value);
    }
    {
        const std::lock_guard hold(state.gate);
        (values->previous != nullptr ? values->previous->next : state.threads) = values->next;
        if (values->next != nullptr) values->next->previous = values->previous;
    }
    mine = nullptr;
    delete values;
}

// Null when there is no memory.
thread_values* make_mine() noexcept {
    static const struct ending {
        pthread_key_t key{};
        bool valid;
        ending() : valid(pthread_key_create(&key, end_thread) == 0) {}
    } at_end;
    if (mine != nullptr) return mine;
    auto* const made = new (std::nothrow) thread_values;
    if (made == nullptr || !at_end.valid || pthread_setspecific(at_end.key, made) != 0) {
        delete made;
        return nullptr;
    }
    fls_state& state = fls();
    const std::lock_guard hold(state.gate);
    made->next = state.threads;
    if (state.threads != nullptr) state.threads->previous = made;
    state.threads = made;
    return mine = made;
}

bool in_fls(DWORD index) noexcept {
    return index != 0 && index < fls_count;
}

}  // namespace

DWORD TlsAlloc() {
    for (DWORD i = 0; i < tls_count; ++i) {
        std::uint32_t now = generations[i].load(std::memory_order_relaxed);
        while (now % 2 == 0)
            if (generations[i].compare_exchange_weak(now, now + 1, std::memory_order_acq_rel)) return i;
    }
    SetLastError(ERROR_NO_MORE_ITEMS);
    return TLS_OUT_OF_INDEXES;
}

BOOL TlsFree(DWORD index) {
    if (index >= tls_count) return refuse(ERROR_INVALID_PARAMETER);
    std::uint32_t now = generations[index].load(std::memory_order_relaxed);
    while (now % 2 == 1)
        if (generations[index].compare_exchange_weak(now, now + 1, std::memory_order_acq_rel)) return TRUE;
    return refuse(ERROR_INVALID_PARAMETER);
}

// NULL may be the value: only the last error tells.
LPVOID TlsGetValue(DWORD index) {
    if (index >= tls_count) return refuse_handle(ERROR_INVALID_PARAMETER);
    SetLastError(ERROR_SUCCESS);
    if (mine == nullptr) return nullptr;
    const tls_slot& slot = mine->tls[index];
    return slot.generation == generations[index].load(std::memory_order_acquire) ? slot.value : nullptr;
}

// Whether the index is allocated is not looked at, as on Windows.
BOOL TlsSetValue(DWORD index, LPVOID value) {
    if (index >= tls_count) return refuse(ERROR_INVALID_PARAMETER);
    if (mine == nullptr && make_mine() == nullptr) return refuse(ERROR_NOT_ENOUGH_MEMORY);
    mine->tls[index] = {value, generations[index].load(std::memory_order_acquire)};
    return TRUE;
}

DWORD FlsAlloc(PFLS_CALLBACK_FUNCTION callback) {
    fls_state& state = fls();
    const std::lock_guard hold(state.gate);
    for (DWORD i = 1; i < fls_count; ++i) {
        if (state.all[i].used) continue;
        state.all[i] = {true, callback};
        return i;
    }
    SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    return FLS_OUT_OF_INDEXES;
}

BOOL FlsFree(DWORD index) {
    if (!in_fls(index)) return refuse(ERROR_INVALID_PARAMETER);
    fls_state& state = fls();
    std::unique_lock hold(state.gate);
    if (!state.all[index].used) return refuse(ERROR_INVALID_PARAMETER);
    const PFLS_CALLBACK_FUNCTION callback = state.all[index].callback;
    // The callback may use these functions: one value at a time, and from the first thread anew.
    for (thread_values* each = state.threads; each != nullptr;) {
        PVOID const value =
            each->fls != nullptr ? each->fls[index].exchange(nullptr, std::memory_order_relaxed) : nullptr;
        each = each->next;
        if (value == nullptr || callback == nullptr) continue;
        hold.unlock();
        callback(value);
        hold.lock();
        each = state.threads;
    }
    state.all[index] = {};
    return TRUE;
}

PVOID FlsGetValue(DWORD index) {
    if (!in_fls(index)) return refuse_handle(ERROR_INVALID_PARAMETER);
    SetLastError(ERROR_SUCCESS);
    if (mine == nullptr || mine->fls == nullptr) return nullptr;
    return mine->fls[index].load(std::memory_order_relaxed);
}

BOOL FlsSetValue(DWORD index, PVOID value) {
    if (!in_fls(index)) return refuse(ERROR_INVALID_PARAMETER);
    if (mine == nullptr && make_mine() == nullptr) return refuse(ERROR_NOT_ENOUGH_MEMORY);
    if (mine->fls == nullptr) {
        std::unique_ptr<std::atomic<PVOID>[]> made(new (std::nothrow) std::atomic<PVOID>[fls_count]());
        if (made == nullptr) return refuse(ERROR_NOT_ENOUGH_MEMORY);
        const std::lock_guard hold(fls().gate);
        mine->fls = std::move(made);
    }
    mine->fls[index].store(value, std::memory_order_relaxed);
    return TRUE;
}
