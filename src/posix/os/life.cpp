#include "posix/os/life.hpp"

#include <cstring>

namespace kobj::posix::os {

int life::begin() noexcept {
    pthread_mutexattr_t attributes;
    if (int error = pthread_mutexattr_init(&attributes); error != 0) return error;
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    int error = pthread_mutex_init(&mutex_, &attributes);
    pthread_mutexattr_destroy(&attributes);
    if (error == 0) error = pthread_mutex_lock(&mutex_);
    return error;
}

std::uint32_t life::announce_sleeper() noexcept {
    auto& shared = *reinterpret_cast<std::atomic<std::uint32_t>*>(&mutex_);
    std::uint32_t value = shared.load(std::memory_order_acquire);
    while (!ended(value) && (value & FUTEX_WAITERS) == 0) {
        if (shared.compare_exchange_weak(value, value | FUTEX_WAITERS, std::memory_order_acq_rel))
            return value | FUTEX_WAITERS;
    }
    return value;
}

}  // namespace kobj::posix::os
