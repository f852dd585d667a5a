// A process is killed while it owns a mutex: how soon does the thread run that sleeps for it? From kill() to the return
// of the waiter's call.

#include "shared_pthread_mutex.hpp"

#include <kobj/kobj.hpp>

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <functional>
#include <string>
#include <thread>

namespace {

using clock_type = std::chrono::steady_clock;

bool sleeps(pid_t thread) {
    const std::string path = "/proc/self/task/" + std::to_string(thread) + "/stat";
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return false;
    char text[256] = {};
    const ssize_t got = read(file, text, sizeof text - 1);
    close(file);
    const char* behind_name = got > 0 ? std::strrchr(text, ')') : nullptr;
    return behind_name != nullptr && behind_name[1] == ' ' && behind_name[2] == 'S';
}

// `lock` in a child that is killed, then in a thread of this process, which calls `unlock`.
void measure(benchmark::State& state, const std::function<bool()>& lock, const std::function<bool()>& unlock) {
    for (auto _ : state) {
        int ends[2];
        if (pipe(ends) != 0) return state.SkipWithError("pipe");
        const pid_t owner = fork();
        if (owner == 0) {
            const char done = lock() ? 1 : 0;
            if (write(ends[1], &done, 1) != 1) _exit(1);
            for (;;) pause();
        }
        close(ends[1]);
        char done = 0;
        const bool held = owner > 0 && read(ends[0], &done, 1) == 1 && done == 1;
        close(ends[0]);
        if (!held) return state.SkipWithError("a child did not lock");
        std::atomic<pid_t> waiter_id = 0;
        clock_type::time_point runs;
        bool got = false;
        std::thread waiter([&] {
            waiter_id = gettid();
            got = lock();
            runs = clock_type::now();
            got = got && unlock();
        });
        // Asleep, and not just on its way: kobj looks for a while before it sleeps.
        for (int seen = 0; seen < 3;) {
            std::this_thread::sleep_for(std::chrono::microseconds(200));
            seen = waiter_id != 0 && sleeps(waiter_id) ? seen + 1 : 0;
        }
        const auto begin = clock_type::now();
        kill(owner, SIGKILL);
        waiter.join();
        waitpid(owner, nullptr, 0);
        if (!got) return state.SkipWithError("a waiter did not get it");
        state.SetIterationTime(std::chrono::duration<double>(runs - begin).count());
    }
}

void by_pthread(benchmark::State& state) {
    const shared_pthread_mutex gate;
    if (!gate.valid()) return state.SkipWithError("no shared memory");
    measure(
        state,
        [&] {
            const int how = pthread_mutex_lock(gate.get());
            if (how == EOWNERDEAD) pthread_mutex_consistent(gate.get());
            return how == 0 || how == EOWNERDEAD;
        },
        [&] { return pthread_mutex_unlock(gate.get()) == 0; });
}

void by_kobj(benchmark::State& state) {
    auto gate = kobj::mutex::create();
    if (!gate) return state.SkipWithError(gate.error().message().c_str());
    measure(
        state, [&] { return gate->acquire().has_value(); }, [&] { return gate->release().has_value(); });
}

BENCHMARK(by_pthread)
    ->Name("a waiter runs after kill -9 of the owner/robust pthread mutex")
    ->UseManualTime()
    ->Iterations(10);
BENCHMARK(by_kobj)->Name("a waiter runs after kill -9 of the owner/kobj mutex")->UseManualTime()->Iterations(10);

}  // namespace
