#pragma once

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <thread>

// Who answers what the benchmark asks: `answer` waits for one question and answers it, again and again.

/// In a forked child.
class other_process {
public:
    template <class F>
    explicit other_process(F&& answer) : child_(fork()) {
        if (child_ != 0) return;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;;) answer();
    }
    other_process(const other_process&) = delete;
    other_process& operator=(const other_process&) = delete;
    ~other_process() {
        kill(child_, SIGKILL);
        waitpid(child_, nullptr, 0);
    }
    template <class F>
    void end(F&&) {}

private:
    pid_t child_;
};

/// In a thread. `ask` makes it answer once more, so that it sees that it is over.
class other_thread {
public:
    template <class F>
    explicit other_thread(F&& answer)
        : thread_([this, answer] {
              while (!over_.load()) answer();
          }) {}
    other_thread(const other_thread&) = delete;
    other_thread& operator=(const other_thread&) = delete;
    ~other_thread() { thread_.join(); }
    template <class F>
    void end(F&& ask) {
        over_.store(true);
        ask();
    }

private:
    std::atomic<bool> over_ = false;
    std::thread thread_;
};
