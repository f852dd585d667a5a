// An uncontended acquire and release: kobj's mutex through a handle against the least that POSIX offers for the same
// job, a robust mutex in memory that processes share.

#include <kobj/kobj.hpp>

#include <benchmark/benchmark.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string>

namespace {

class shared_pthread_mutex {
public:
    shared_pthread_mutex()
        : memory_(mmap(nullptr, sizeof(pthread_mutex_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) {
        if (memory_ == MAP_FAILED) return;
        pthread_mutexattr_t kind;
        pthread_mutexattr_init(&kind);
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

void pthread_robust(benchmark::State& state) {
    const shared_pthread_mutex gate;
    if (!gate.valid()) return state.SkipWithError("no shared memory");
    for (auto _ : state) {
        if (pthread_mutex_lock(gate.get()) != 0) return state.SkipWithError("lock");
        if (pthread_mutex_unlock(gate.get()) != 0) return state.SkipWithError("unlock");
    }
}

void through_handle(benchmark::State& state, std::string_view name) {
    auto gate = kobj::mutex::create({.name = name});
    if (!gate) return state.SkipWithError(gate.error().message().c_str());
    for (auto _ : state) {
        if (!gate->acquire()) return state.SkipWithError("acquire");
        if (!gate->release()) return state.SkipWithError("release");
    }
}

void unnamed(benchmark::State& state) {
    through_handle(state, {});
}

void named(benchmark::State& state) {
    through_handle(state, "kobj bench " + std::to_string(getpid()));
}

// The first case of a group is what the others are compared with.
BENCHMARK(pthread_robust)->Name("acquire and release/robust pthread mutex");
BENCHMARK(unnamed)->Name("acquire and release/kobj mutex, unnamed");
BENCHMARK(named)->Name("acquire and release/kobj mutex, named");

}  // namespace
