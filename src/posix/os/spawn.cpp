#include "posix/os/spawn.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#    define KOBJ_PLAIN __attribute__((no_sanitize("address", "thread", "undefined")))
#else
#    define KOBJ_PLAIN
#endif

// glibc's clone by its other name. The thread sanitizer takes every call of clone() for a fork, and then forbids the
// parent to start threads, since the child shares its memory.
extern "C" int __clone(int (*)(void*), void*, int, void*, ...);

namespace kobj::posix::os {

namespace {

constexpr std::size_t stack_size = std::size_t{256} * 1024;

struct child_plan {
    const spawn_request* request;
    sigset_t mask;
    spawn_answer answer;
};

// As on Windows nothing else reaches the child, also if it was opened without O_CLOEXEC.
KOBJ_PLAIN void keep_only(const std::vector<int>& wanted) {
    if (syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC) != 0) {
        rlimit limit{};
        getrlimit(RLIMIT_NOFILE, &limit);
        for (rlim_t fd = 3; fd < limit.rlim_cur; ++fd) fcntl(static_cast<int>(fd), F_SETFD, FD_CLOEXEC);
    }
    for (const int fd : wanted) fcntl(fd, F_SETFD, 0);
}

// Runs in the parent's memory, with the parent stopped: touches only what is its own, by plain system calls.
KOBJ_PLAIN int child(void* argument) {
    auto* plan = static_cast<child_plan*>(argument);
    const spawn_request& r = *plan->request;
    if (r.generation->load(std::memory_order_acquire) != r.expected_generation) _exit(127);
    r.id->store(static_cast<std::uint32_t>(syscall(SYS_getpid)), std::memory_order_release);
    std::atomic_thread_fence(std::memory_order_seq_cst);
    if (r.verdict->load(std::memory_order_acquire) != 0) {
        plan->answer.ended = true;
        _exit(127);
    }
    auto id = static_cast<std::uint32_t>(r.id->load(std::memory_order_relaxed));
    for (std::size_t i = r.stamp_digits; i > 0; --i, id /= 10) r.stamp[i - 1] = static_cast<char>('0' + id % 10);
    if (r.group == spawn_group::own) setpgid(0, 0);
    if (r.group == spawn_group::session) setsid();
    if (r.nice) setpriority(PRIO_PROCESS, 0, *r.nice);
    // A handler of the parent must not run here.
    for (int number = 1; number < NSIG; ++number) {
        struct sigaction action {};
        if (sigaction(number, nullptr, &action) != 0 || action.sa_handler == SIG_DFL || action.sa_handler == SIG_IGN)
            continue;
        action = {};
        action.sa_handler = SIG_DFL;
        sigaction(number, &action, nullptr);
    }
    for (int i = 0; i < 3; ++i)
        if (r.streams[static_cast<std::size_t>(i)] >= 0) dup2(r.streams[static_cast<std::size_t>(i)], i);
    keep_only(r.descriptors);
    if (!r.working_directory.empty() && chdir(r.working_directory.c_str()) != 0) {
        plan->answer.error = errno;
        plan->answer.in_directory = true;
        _exit(127);
    }
    if (r.suspended && ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) {
        plan->answer.error = errno;
        plan->answer.in_suspending = true;
        _exit(127);
    }
    sigprocmask(SIG_SETMASK, &plan->mask, nullptr);
    execve(r.path.c_str(), r.arguments.data(), r.environment.data());
    plan->answer.error = errno;
    _exit(127);
}

// Stopped by ptrace behind exec: becomes an ordinary stopped process, before its first instruction. Not by waitpid:
// another thread that waits for any child could take the news, and leave us waiting.
int leave_stopped(pid_t pid) noexcept {
    constexpr int most = 50'000;
    for (int i = 0; i < most; ++i) {
        if (ptrace(PTRACE_DETACH, pid, nullptr, SIGSTOP) == 0) return 0;
        if (errno != ESRCH) return errno;
        usleep(100);
    }
    return ESRCH;
}

}  // namespace

spawn_answer spawn(const spawn_request& request) noexcept {
    child_plan plan{};
    plan.request = &request;
    void* stack = mmap(nullptr, stack_size, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);
    if (stack == MAP_FAILED) {
        plan.answer.error = ENOMEM;
        return plan.answer;
    }
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &plan.mask);
    int cancel = 0;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
    const pid_t pid = __clone(child, static_cast<char*>(stack) + stack_size, CLONE_VM | CLONE_VFORK | SIGCHLD, &plan);
    if (pid < 0) {
        plan.answer.error = errno;
    } else if (plan.answer.error != 0) {
        while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
        }
    } else {
        plan.answer.pid = pid;
        if (request.suspended && !plan.answer.ended) plan.answer.error = leave_stopped(pid);
        plan.answer.in_suspending = plan.answer.error != 0;
    }
    pthread_setcancelstate(cancel, nullptr);
    pthread_sigmask(SIG_SETMASK, &plan.mask, nullptr);
    munmap(stack, stack_size);
    return plan.answer;
}

}  // namespace kobj::posix::os
