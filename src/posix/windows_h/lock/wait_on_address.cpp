#include <pthread.h>

#include <array>
#include <cstring>

#include "posix/windows_h/lock/lock.hpp"

namespace os = kobj::posix::os;
using namespace kobj::windows_h;

// https://learn.microsoft.com/windows/win32/api/synchapi/nf-synchapi-waitonaddress
//
// A futex has 32 bits, an address here has 1 to 8 bytes of any value. So the threads that wait stand in lists, found by
// the address, and each sleeps on a word of its own. A thread counts itself before it reads the value once more. Who
// wakes changes the number, too, by nothing: the first of the two changes is seen by the other, and what came before
// it.
namespace {

struct sleeper {
    const volatile void* address;
    sleeper* next = nullptr;
    sleeper* previous = nullptr;
    std::atomic<std::uint32_t> woken{0};
};

class bucket {
public:
    void lock() noexcept {
        std::uint32_t now = 0;
        if (gate_.compare_exchange_strong(now, 1, std::memory_order_acquire)) return;
        while (gate_.exchange(2, std::memory_order_acquire) != 0) os::private_futex_wait(&gate_, 2);
    }
    void unlock() noexcept {
        if (gate_.exchange(0, std::memory_order_release) == 2) os::private_futex_wake(&gate_, 1);
    }

    // With the lock.
    void append(sleeper& who) noexcept {
        who.previous = last_;
        (last_ != nullptr ? last_->next : first_) = &who;
        last_ = &who;
    }
    void remove(sleeper& who) noexcept {
        (who.previous != nullptr ? who.previous->next : first_) = who.next;
        (who.next != nullptr ? who.next->previous : last_) = who.previous;
    }
    [[nodiscard]] sleeper* first() const noexcept { return first_; }

    std::atomic<std::uint32_t> number{0};  // of threads that wait, or are about to

private:
    std::atomic<std::uint32_t> gate_{0};  // 0 open, 1 closed, 2 closed and somebody may sleep
    sleeper* first_ = nullptr;
    sleeper* last_ = nullptr;
};

constinit std::array<bucket, 256> buckets;

bucket& bucket_of(const volatile void* address) noexcept {
    const auto value = reinterpret_cast<std::uintptr_t>(address);
    return buckets[(value >> 3U ^ value >> 11U) % buckets.size()];
}

// In a forked child nobody waits.
[[maybe_unused]] const int registered = pthread_atfork(nullptr, nullptr, [] {
    for (bucket& each : buckets) new (&each) bucket;
});

template <class T>
bool has(const volatile void* address, const void* value) noexcept {
    T wanted{};
    std::memcpy(&wanted, value, sizeof wanted);
    return __atomic_load_n(static_cast<const volatile T*>(address), __ATOMIC_SEQ_CST) == wanted;
}
bool still_has(const volatile void* address, const void* value, SIZE_T size) noexcept {
    switch (size) {
        case 1:
            return has<std::uint8_t>(address, value);
        case 2:
            return has<std::uint16_t>(address, value);
        case 4:
            return has<std::uint32_t>(address, value);
        default:
            return has<std::uint64_t>(address, value);
    }
}

void wake(const void* address, bool all) noexcept {
    bucket& place = bucket_of(address);
    if (place.number.fetch_add(0, std::memory_order_acq_rel) == 0) return;
    place.lock();
    sleeper* each = place.first();
    while (each != nullptr) {
        sleeper* const next = each->next;
        if (each->address == address) {
            place.remove(*each);
            // It may return, and its stack be used again, as soon as it sees this.
            const void* const word = &each->woken;
            each->woken.store(1, std::memory_order_release);
            os::private_futex_wake(word, 1);
            if (!all) break;
        }
        each = next;
    }
    place.unlock();
}

}  // namespace

BOOL WaitOnAddress(volatile VOID* address, PVOID value, SIZE_T size, DWORD milliseconds) {
    if ((size != 1 && size != 2 && size != 4 && size != 8) || address == nullptr || value == nullptr)
        return refuse(ERROR_INVALID_PARAMETER);
    if (!still_has(address, value, size)) return TRUE;
    const std::int64_t deadline = os::deadline_in(milliseconds);
    sleeper self{address};
    bucket& place = bucket_of(address);
    place.number.fetch_add(1, std::memory_order_seq_cst);
    place.lock();
    const bool waits = still_has(address, value, size);
    if (waits) place.append(self);
    place.unlock();
    bool woken = !waits;
    while (!woken) {
        const bool in_time = os::private_futex_wait(&self.woken, 0, deadline);
        woken = self.woken.load(std::memory_order_acquire) != 0;
        if (woken || in_time) continue;
        place.lock();
        woken = self.woken.load(std::memory_order_acquire) != 0;
        if (!woken) place.remove(self);
        place.unlock();
        break;
    }
    place.number.fetch_sub(1, std::memory_order_relaxed);
    return woken ? TRUE : refuse(ERROR_TIMEOUT);
}

void WakeByAddressSingle(PVOID address) {
    wake(address, false);
}
void WakeByAddressAll(PVOID address) {
    wake(address, true);
}
