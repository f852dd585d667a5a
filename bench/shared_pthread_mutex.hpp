#pragma once

#include <pthread.h>
#include <sys/mman.h>

/// The least that POSIX offers for a mutex between processes that survives the death of its owner.
class shared_pthread_mutex {
public:
    explicit shared_pthread_mutex(int type = PTHREAD_MUTEX_NORMAL)
        : memory_(mmap(nullptr, sizeof(pthread_mutex_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) {
        if (memory_ == MAP_FAILED) return;
        pthread_mutexattr_t kind;
        pthread_mutexattr_init(&kind);
        pthread_mutexattr_settype(&kind, type);
        pthread_mutexattr_setpshared(&kind, PTHREAD_PROCESS_SHARED);
        pthread_mutexattr_setrobust(&kind, PTHREAD_MUTEX_ROBUST);
        pthread_mutex_init(get(), &kind);
        pthread_mutexattr_destroy(&kind);
    }
    shared_pthread_mutex(const shared_pthread_mutex&) = delete;
    shared_pthread_mutex& operator=(const shared_pthread_mutex&) = delete;
    ~shared_pthread_mutex() {
        if (memory_ == MAP_FAILED) return;
        pthread_mutex_destroy(get());
        munmap(memory_, sizeof(pthread_mutex_t));
    }

    [[nodiscard]] bool valid() const { return memory_ != MAP_FAILED; }
    [[nodiscard]] pthread_mutex_t* get() const { return static_cast<pthread_mutex_t*>(memory_); }

private:
    void* memory_;
};
