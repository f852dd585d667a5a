#if !defined(_WIN32)

#    include "windows.hpp"

#    include "support/eventually.hpp"

#    include <pthread.h>
#    include <signal.h>
#    include <sys/wait.h>
#    include <unistd.h>

#    include <atomic>
#    include <cstdio>

using test::eventually;
using test::owned;

namespace {

std::atomic<int> calls = 0;

void CALLBACK count_call(PVOID, BOOLEAN) {
    ++calls;
}

struct pooled {
    HANDLE event = CreateEventW(nullptr, FALSE, FALSE, nullptr);
    HANDLE wait = nullptr;
    HANDLE timer = nullptr;

    bool start() {
        return RegisterWaitForSingleObject(&wait, event, count_call, nullptr, INFINITE, WT_EXECUTEDEFAULT) != FALSE &&
               CreateTimerQueueTimer(&timer, nullptr, count_call, nullptr, 1, 5, WT_EXECUTEDEFAULT) != FALSE;
    }
    bool called() {
        const int before = calls;
        SetEvent(event);
        return eventually([&] { return calls >= before + 3; });
    }
    bool end() {
        return UnregisterWaitEx(wait, INVALID_HANDLE_VALUE) != FALSE &&
               DeleteTimerQueueTimer(nullptr, timer, INVALID_HANDLE_VALUE) != FALSE && CloseHandle(event) != FALSE;
    }
};

// A copy of what is not printed yet would be printed by the child, too.
pid_t fork_process() {
    std::fflush(nullptr);
    return fork();
}

/// What the child ended with; -1: by a signal.
int status_of(pid_t child) {
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_CASE("A forked child has no pool, and makes its own", "[windows_h][thread_pool][fork]") {
    pooled parent;
    REQUIRE(parent.start());
    CHECK(parent.called());
    for (int i = 0; i < 10; ++i) {
        const pid_t child = fork_process();
        if (child == 0) {
            if (UnregisterWait(parent.wait) || GetLastError() != ERROR_INVALID_HANDLE) _exit(1);
            if (DeleteTimerQueueTimer(nullptr, parent.timer, INVALID_HANDLE_VALUE)) _exit(2);
            const int before = calls;
            Sleep(20);
            if (calls != before) _exit(3);
            pooled own;
            if (!own.start() || !own.called() || !own.end()) _exit(4);
            _exit(0);
        }
        CHECK(status_of(child) == 0);
    }
    CHECK(parent.called());
    CHECK(parent.end());
}

TEST_CASE("A callback may fork", "[windows_h][thread_pool][fork]") {
    for (const ULONG flags : {WT_EXECUTEDEFAULT, WT_EXECUTEINWAITTHREAD}) {
        const owned event = CreateEventW(nullptr, FALSE, TRUE, nullptr);
        std::atomic<pid_t> child = 0;
        const WAITORTIMERCALLBACK forks = [](PVOID context, BOOLEAN) {
            const pid_t made = fork_process();
            if (made != 0) *static_cast<std::atomic<pid_t>*>(context) = made;
        };
        HANDLE wait = nullptr;
        REQUIRE(RegisterWaitForSingleObject(&wait, event, forks, &child, INFINITE, flags | WT_EXECUTEONLYONCE));
        CHECK(eventually([&] { return child != 0; }));
        CHECK(status_of(child) == 0);
        CHECK(UnregisterWaitEx(wait, INVALID_HANDLE_VALUE));
    }
}

TEST_CASE("A process ends while its pool is busy", "[windows_h][thread_pool][exit]") {
    for (int i = 0; i < 10; ++i) {
        const pid_t child = fork_process();
        if (child == 0) {
            static pooled some[20];
            for (pooled& each : some) each.start();
            some[0].called();
            exit(7);
        }
        CHECK(status_of(child) == 7);
    }
}

TEST_CASE("A callback may end the process", "[windows_h][thread_pool][exit]") {
    const pid_t child = fork_process();
    if (child == 0) {
        const LPTHREAD_START_ROUTINE ends = [](LPVOID) -> DWORD { exit(9); };
        QueueUserWorkItem(ends, nullptr, WT_EXECUTEDEFAULT);
        for (;;) pause();
    }
    CHECK(status_of(child) == 9);
}

TEST_CASE("Unregistering at the end of the process does not wait for what is dropped",
          "[windows_h][thread_pool][exit]") {
    const pid_t child = fork_process();
    if (child == 0) {
        static HANDLE waits[200];
        static HANDLE event = CreateEventW(nullptr, TRUE, TRUE, nullptr);
        // Registered first, so it runs behind the pool's own handler.
        std::atexit([] {
            for (const HANDLE wait : waits) UnregisterWaitEx(wait, INVALID_HANDLE_VALUE);
            _exit(5);
        });
        const WAITORTIMERCALLBACK slow = [](PVOID, BOOLEAN) { usleep(2000); };
        for (HANDLE& wait : waits) RegisterWaitForSingleObject(&wait, event, slow, nullptr, INFINITE, 0);
        exit(0);
    }
    CHECK(status_of(child) == 5);
}

TEST_CASE("Threads of the pool take no signals", "[windows_h][thread_pool]") {
    struct masks {
        sigset_t of_worker;
        sigset_t of_timer;
        std::atomic<int> seen{0};
    } m;
    sigemptyset(&m.of_worker);
    sigemptyset(&m.of_timer);
    const WAITORTIMERCALLBACK on_worker = [](PVOID context, BOOLEAN) {
        pthread_sigmask(SIG_BLOCK, nullptr, &static_cast<masks*>(context)->of_worker);
        ++static_cast<masks*>(context)->seen;
    };
    const WAITORTIMERCALLBACK on_timer = [](PVOID context, BOOLEAN) {
        pthread_sigmask(SIG_BLOCK, nullptr, &static_cast<masks*>(context)->of_timer);
        ++static_cast<masks*>(context)->seen;
    };
    HANDLE timers[2] = {};
    CHECK(CreateTimerQueueTimer(&timers[0], nullptr, on_worker, &m, 0, 0, WT_EXECUTEDEFAULT));
    CHECK(CreateTimerQueueTimer(&timers[1], nullptr, on_timer, &m, 0, 0, WT_EXECUTEINTIMERTHREAD));
    CHECK(eventually([&] { return m.seen == 2; }));
    for (const HANDLE timer : timers) CHECK(DeleteTimerQueueTimer(nullptr, timer, INVALID_HANDLE_VALUE));
    for (const int signal : {SIGINT, SIGTERM, SIGCHLD, SIGALRM, SIGUSR1}) {
        CHECK(sigismember(&m.of_worker, signal) == 1);
        CHECK(sigismember(&m.of_timer, signal) == 1);
    }
}

TEST_CASE("A callback that ends its thread abandons its mutexes and leaves the pool whole",
          "[windows_h][thread_pool]") {
    for (const ULONG flags : {WT_EXECUTEDEFAULT, WT_EXECUTEINWAITTHREAD}) {
        const owned mutex = CreateMutexW(nullptr, FALSE, nullptr);
        const owned event = CreateEventW(nullptr, FALSE, TRUE, nullptr);
        const WAITORTIMERCALLBACK ends = [](PVOID context, BOOLEAN) {
            WaitForSingleObject(context, INFINITE);
            pthread_exit(nullptr);
        };
        HANDLE wait = nullptr;
        REQUIRE(RegisterWaitForSingleObject(&wait, event, ends, mutex, INFINITE, flags | WT_EXECUTEONLYONCE));
        CHECK(eventually([&] {
            const DWORD how = WaitForSingleObject(mutex, 0);
            if (how == WAIT_OBJECT_0) ReleaseMutex(mutex);
            return how == WAIT_ABANDONED;
        }));
        ReleaseMutex(mutex);
        CHECK(UnregisterWaitEx(wait, INVALID_HANDLE_VALUE));
        pooled after;
        CHECK(after.start());
        CHECK(after.called());
        CHECK(after.end());
    }
}

#endif
