// A mutex that several processes or threads want at once: the time per acquisition over all of them, and how long the
// one that waited longest had to wait.

#include "shared_pthread_mutex.hpp"

#include <kobj/kobj.hpp>

#include <benchmark/benchmark.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <thread>
#include <vector>

namespace {

using clock_type = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr std::size_t most = 32;
constexpr auto window = 20ms;

struct alignas(64) tally {
    std::atomic<std::uint64_t> acquired;
    std::atomic<std::int64_t> longest_ns;
};

// In memory that the processes share.
struct board {
    std::atomic<bool> go;
    std::atomic<bool> over;
    std::atomic<std::size_t> ready;
    std::array<tally, most> tallies;
    alignas(64) std::array<volatile std::uint64_t, 8> protected_by_it;
};

// `length` rounds of work under the lock, twice as many outside of it.
template <class Lock>
void contend(board& b, std::size_t self, Lock& lock, int length) {
    tally& mine = b.tallies[self];
    b.ready.fetch_add(1);
    while (!b.go.load(std::memory_order_acquire)) std::this_thread::yield();
    const auto work = [&](int rounds) {
        for (int i = 0; i < rounds; ++i) benchmark::DoNotOptimize(i);
    };
    while (!b.over.load(std::memory_order_relaxed)) {
        const auto begin = clock_type::now();
        lock.lock();
        const auto waited = (clock_type::now() - begin).count();
        for (auto& word : b.protected_by_it) word = word + 1;
        work(length);
        lock.unlock();
        mine.acquired.fetch_add(1, std::memory_order_relaxed);
        if (waited > mine.longest_ns.load(std::memory_order_relaxed)) mine.longest_ns.store(waited);
        work(2 * length);
    }
}

struct robust {
    const shared_pthread_mutex& gate;
    void lock() { (void)pthread_mutex_lock(gate.get()); }
    void unlock() { (void)pthread_mutex_unlock(gate.get()); }
};

struct through_handle {
    kobj::mutex& gate;
    void lock() { (void)gate.acquire(); }
    void unlock() { (void)gate.release(); }
};

// One window with everybody; the time per acquisition.
template <class Lock>
void measure(benchmark::State& state, Lock lock, bool processes) {
    const auto count = static_cast<std::size_t>(state.range(0));
    const int length = static_cast<int>(state.range(1));
    void* memory = mmap(nullptr, sizeof(board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return state.SkipWithError("no shared memory");
    double longest_ms = 0;
    for (auto _ : state) {
        board& b = *new (memory) board{};
        std::vector<pid_t> children;
        std::vector<std::thread> threads;
        for (std::size_t i = 0; i < count; ++i) {
            if (!processes) {
                threads.emplace_back([&b, i, &lock, length] { contend(b, i, lock, length); });
            } else if (const pid_t child = fork(); child == 0) {
                // Nobody would tell it that it is over.
                prctl(PR_SET_PDEATHSIG, SIGKILL);
                contend(b, i, lock, length);
                _exit(0);
            } else {
                children.push_back(child);
            }
        }
        while (b.ready.load() < count) std::this_thread::yield();
        const auto begin = clock_type::now();
        b.go.store(true, std::memory_order_release);
        std::this_thread::sleep_for(window);
        b.over.store(true);
        const std::chrono::duration<double> length_of_window = clock_type::now() - begin;
        for (std::thread& thread : threads) thread.join();
        for (const pid_t child : children) waitpid(child, nullptr, 0);
        std::uint64_t acquired = 0;
        for (const tally& each : b.tallies) {
            acquired += each.acquired.load();
            longest_ms = std::max(longest_ms, static_cast<double>(each.longest_ns.load()) / 1e6);
        }
        state.SetIterationTime(length_of_window.count() / static_cast<double>(std::max<std::uint64_t>(acquired, 1)));
    }
    state.counters["longest wait, ms"] = longest_ms;
    munmap(memory, sizeof(board));
}

void pthreads(benchmark::State& state, bool processes) {
    const shared_pthread_mutex gate;
    if (!gate.valid()) return state.SkipWithError("no shared memory");
    measure(state, robust{gate}, processes);
}

void handles(benchmark::State& state, bool processes) {
    auto gate = kobj::mutex::create().value();
    measure(state, through_handle{gate}, processes);
}

// Repeated by the window, so a few iterations make a measurement.
void add(const char* where, bool processes, int count, const char* how, int length) {
    const std::string group = std::string("contended mutex, ") + std::to_string(count) + " " + where + ", " + how + "/";
    const auto common = [&](benchmark::internal::Benchmark* b) {
        b->Args({count, length})->UseManualTime()->Iterations(5);
    };
    common(benchmark::RegisterBenchmark((group + "robust pthread mutex").c_str(), pthreads, processes));
    common(benchmark::RegisterBenchmark((group + "kobj mutex").c_str(), handles, processes));
}

const bool added = [] {
    for (const int count : {2, 4, 32}) {
        add("processes", true, count, "short sections", 10);
        add("threads", false, count, "short sections", 10);
    }
    add("processes", true, 2, "long sections", 2000);
    add("processes", true, 8, "long sections", 2000);
    return true;
}();

}  // namespace
