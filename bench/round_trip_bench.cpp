// A question to another process, or to another thread, and its answer: over two events, two bare futexes, two pipes.

#include "other_side.hpp"

#include <kobj/kobj.hpp>

#include <benchmark/benchmark.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>

namespace {

using word = std::atomic<std::uint32_t>;

void signal(word& flag) {
    flag.store(1, std::memory_order_release);
    syscall(SYS_futex, &flag, FUTEX_WAKE, 1, nullptr, nullptr, 0);
}

void wait(word& flag) {
    while (flag.exchange(0, std::memory_order_acquire) == 0)
        syscall(SYS_futex, &flag, FUTEX_WAIT, 0, nullptr, nullptr, 0);
}

template <class Other>
void two_futexes(benchmark::State& state) {
    void* memory = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return state.SkipWithError("mmap");
    word* words = new (memory) word[2]{};
    {
        Other other([&] {
            wait(words[0]);
            signal(words[1]);
        });
        for (auto _ : state) {
            signal(words[0]);
            wait(words[1]);
        }
        other.end([&] { signal(words[0]); });
    }
    munmap(memory, 4096);
}

template <class Other>
void two_events(benchmark::State& state) {
    auto question = kobj::event::create({.inheritable = true}).value();
    auto answer = kobj::event::create({.inheritable = true}).value();
    Other other([&] {
        (void)question.wait();
        (void)answer.set();
    });
    for (auto _ : state) {
        if (!question.set() || !answer.wait()) return state.SkipWithError("set or wait");
    }
    other.end([&] { (void)question.set(); });
}

template <class Other>
void two_pipes(benchmark::State& state) {
    int question[2];
    int answer[2];
    if (pipe(question) != 0 || pipe(answer) != 0) return state.SkipWithError("pipe");
    {
        Other other([&] {
            char c = 0;
            if (read(question[0], &c, 1) != 1 || write(answer[1], &c, 1) != 1) _exit(1);
        });
        for (auto _ : state) {
            char c = 0;
            if (write(question[1], &c, 1) != 1 || read(answer[0], &c, 1) != 1) return state.SkipWithError("pipe");
        }
        other.end([&] { (void)write(question[1], "", 1); });
    }
    for (const int fd : {question[0], question[1], answer[0], answer[1]}) close(fd);
}

// In real time: each of them sleeps while the other works.
BENCHMARK_TEMPLATE(two_futexes, other_process)->Name("round trip between processes/two futexes")->UseRealTime();
BENCHMARK_TEMPLATE(two_events, other_process)->Name("round trip between processes/two kobj events")->UseRealTime();
BENCHMARK_TEMPLATE(two_pipes, other_process)->Name("round trip between processes/two pipes")->UseRealTime();

BENCHMARK_TEMPLATE(two_futexes, other_thread)->Name("round trip between threads/two futexes")->UseRealTime();
BENCHMARK_TEMPLATE(two_events, other_thread)->Name("round trip between threads/two kobj events")->UseRealTime();
BENCHMARK_TEMPLATE(two_pipes, other_thread)->Name("round trip between threads/two pipes")->UseRealTime();

}  // namespace
