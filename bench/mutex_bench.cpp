// An uncontended acquire and release: kobj's mutex through a handle against the least that POSIX offers for the same
// job, a robust mutex in memory that processes share.

#include "shared_pthread_mutex.hpp"

#include <kobj/kobj.hpp>

#include <benchmark/benchmark.h>
#include <unistd.h>

#include <string>

namespace {

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
