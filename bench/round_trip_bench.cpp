// A question to another process and its answer: over two events, and over two bare futexes.

#include <kobj/kobj.hpp>

#include <benchmark/benchmark.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdint>

namespace {

// Runs `answer` for ever in a forked child.
class other_process {
public:
    template <class F>
    explicit other_process(F&& answer) : child_(fork()) {
        if (child_ != 0) return;
        for (;;) answer();
    }
    other_process(const other_process&) = delete;
    other_process& operator=(const other_process&) = delete;
    ~other_process() {
        kill(child_, SIGKILL);
        waitpid(child_, nullptr, 0);
    }

private:
    pid_t child_;
};

using word = std::atomic<std::uint32_t>;

void signal(word& flag) {
    flag.store(1, std::memory_order_release);
    syscall(SYS_futex, &flag, FUTEX_WAKE, 1, nullptr, nullptr, 0);
}

void wait(word& flag) {
    while (flag.exchange(0, std::memory_order_acquire) == 0)
        syscall(SYS_futex, &flag, FUTEX_WAIT, 0, nullptr, nullptr, 0);
}

void two_futexes(benchmark::State& state) {
    void* memory = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return state.SkipWithError("mmap");
    word* words = new (memory) word[2]{};
    {
        const other_process other([&] {
            wait(words[0]);
            signal(words[1]);
        });
        for (auto _ : state) {
            signal(words[0]);
            wait(words[1]);
        }
    }
    munmap(memory, 4096);
}

void two_events(benchmark::State& state) {
    auto question = kobj::event::create({.inheritable = true}).value();
    auto answer = kobj::event::create({.inheritable = true}).value();
    const other_process other([&] {
        (void)question.wait();
        (void)answer.set();
    });
    for (auto _ : state) {
        if (!question.set() || !answer.wait()) return state.SkipWithError("set or wait");
    }
}

void two_pipes(benchmark::State& state) {
    int question[2];
    int answer[2];
    if (pipe(question) != 0 || pipe(answer) != 0) return state.SkipWithError("pipe");
    {
        const other_process other([&] {
            char c = 0;
            if (read(question[0], &c, 1) != 1 || write(answer[1], &c, 1) != 1) _exit(1);
        });
        for (auto _ : state) {
            char c = 0;
            if (write(question[1], &c, 1) != 1 || read(answer[0], &c, 1) != 1) return state.SkipWithError("pipe");
        }
    }
    for (const int fd : {question[0], question[1], answer[0], answer[1]}) close(fd);
}

// In real time: each of them sleeps while the other works.
BENCHMARK(two_futexes)->Name("round trip between processes/two futexes")->UseRealTime();
BENCHMARK(two_events)->Name("round trip between processes/two kobj events")->UseRealTime();
BENCHMARK(two_pipes)->Name("round trip between processes/two pipes")->UseRealTime();

}  // namespace
