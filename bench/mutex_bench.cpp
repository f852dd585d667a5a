// An uncontended acquire and release: kobj's mutex through a handle beside the mutexes of POSIX, C++, Boost and POCO.
// The first is the least that POSIX offers for the same job, a robust mutex in memory that processes share.

#include "shared_pthread_mutex.hpp"

#include <kobj/kobj.hpp>

#include <benchmark/benchmark.h>
#include <unistd.h>

#include <boost/interprocess/sync/interprocess_mutex.hpp>
#include <boost/interprocess/sync/named_mutex.hpp>

#include <mutex>
#include <string>

#ifdef KOBJ_BENCH_POCO
#    include <Poco/NamedMutex.h>
#endif

namespace {

std::string own_name() {
    return "kobj-bench-mutex-" + std::to_string(getpid());
}

void pthread_robust(benchmark::State& state, int type) {
    const shared_pthread_mutex gate(type);
    if (!gate.valid()) return state.SkipWithError("no shared memory");
    if (type == PTHREAD_MUTEX_RECURSIVE && pthread_mutex_lock(gate.get()) != 0) return state.SkipWithError("lock");
    for (auto _ : state) {
        if (pthread_mutex_lock(gate.get()) != 0) return state.SkipWithError("lock");
        if (pthread_mutex_unlock(gate.get()) != 0) return state.SkipWithError("unlock");
    }
    if (type == PTHREAD_MUTEX_RECURSIVE) pthread_mutex_unlock(gate.get());
}

void pthread_plain(benchmark::State& state) {
    pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
    for (auto _ : state) {
        if (pthread_mutex_lock(&gate) != 0) return state.SkipWithError("lock");
        if (pthread_mutex_unlock(&gate) != 0) return state.SkipWithError("unlock");
    }
}

// Of the standard library or of Boost.
template <class Mutex>
void lock_and_unlock(benchmark::State& state, Mutex& gate) {
    for (auto _ : state) {
        gate.lock();
        benchmark::ClobberMemory();
        gate.unlock();
    }
}

void std_mutex(benchmark::State& state) {
    std::mutex gate;
    lock_and_unlock(state, gate);
}

void boost_interprocess(benchmark::State& state) {
    boost::interprocess::interprocess_mutex gate;
    lock_and_unlock(state, gate);
}

void boost_named(benchmark::State& state) {
    namespace ipc = boost::interprocess;
    const std::string name = own_name();
    {
        ipc::named_mutex gate(ipc::create_only, name.c_str());
        lock_and_unlock(state, gate);
    }
    ipc::named_mutex::remove(name.c_str());
}

#ifdef KOBJ_BENCH_POCO
void poco_named(benchmark::State& state) {
    Poco::NamedMutex gate(own_name());
    lock_and_unlock(state, gate);
}
#endif

void through_handle(benchmark::State& state, std::string_view name, bool held_before = false) {
    auto gate = kobj::mutex::create({.name = name});
    if (!gate) return state.SkipWithError(gate.error().message().c_str());
    if (held_before && !gate->acquire()) return state.SkipWithError("acquire");
    for (auto _ : state) {
        if (!gate->acquire()) return state.SkipWithError("acquire");
        if (!gate->release()) return state.SkipWithError("release");
    }
    if (held_before) (void)gate->release();
}

void unnamed(benchmark::State& state) {
    through_handle(state, {});
}

void named(benchmark::State& state) {
    through_handle(state, own_name());
}

void by_owner(benchmark::State& state) {
    through_handle(state, {}, true);
}

// The first case of a group is what the others are compared with.
BENCHMARK_CAPTURE(pthread_robust, , PTHREAD_MUTEX_NORMAL)->Name("acquire and release/robust pthread mutex");
BENCHMARK(unnamed)->Name("acquire and release/kobj mutex, unnamed");
BENCHMARK(named)->Name("acquire and release/kobj mutex, named");
BENCHMARK(by_owner)->Name("acquire and release/kobj mutex, by its owner");
BENCHMARK_CAPTURE(pthread_robust, , PTHREAD_MUTEX_RECURSIVE)
    ->Name("acquire and release/robust pthread mutex, recursive, by its owner");
BENCHMARK(pthread_plain)->Name("acquire and release/plain pthread mutex, not shared");
BENCHMARK(std_mutex)->Name("acquire and release/std::mutex");
BENCHMARK(boost_interprocess)->Name("acquire and release/Boost interprocess_mutex");
BENCHMARK(boost_named)->Name("acquire and release/Boost named_mutex");
#ifdef KOBJ_BENCH_POCO
BENCHMARK(poco_named)->Name("acquire and release/POCO NamedMutex");
#endif

}  // namespace
