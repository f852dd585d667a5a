// Does being looked at cost anything? `kobj_watched KOBJ [RUNS]`: each case with and without `kobj top` beside it, in
// turn. KOBJ is the program kobj. Ends with 1 when a median ratio is above 1.05.

#include <kobj/kobj.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

namespace {

constexpr double most = 1.05;
constexpr auto length_of_a_run = std::chrono::milliseconds(2500);  // more than two looks

struct objects {
    kobj::mutex mutex = kobj::mutex::create().value();
    kobj::event event = kobj::event::create().value();
    kobj::mutex named = kobj::mutex::create({.name = "kobj watched"}).value();
    kobj::event ask = kobj::event::create().value();
    kobj::event answer = kobj::event::create().value();
    // A session of some size.
    std::vector<kobj::event> others{};
    objects() {
        for (int i = 0; i < 1000; ++i) others.push_back(kobj::event::create().value());
    }
};

struct one_case {
    const char* name;
    int times;  ///< between two looks at the clock
    std::function<bool(objects&)> call;
};
const std::vector<one_case> cases{
    {"acquire and release", 1000, [](objects& o) { return o.mutex.acquire() && o.mutex.release(); }},
    {"set and wait", 1000, [](objects& o) { return o.event.set() && o.event.wait(); }},
    {"create and close", 300, [](objects&) { return bool(kobj::event::create()); }},
    {"open by name and close", 300, [](objects&) { return bool(kobj::mutex::open("kobj watched")); }},
    {"a wait under the lock that times out", 300,
     [](objects& o) {
         return bool(kobj::wait_all({o.event.get(), o.answer.get()}, std::chrono::nanoseconds(1)));
     }},
};

double now(clockid_t clock) {
    timespec t{};
    clock_gettime(clock, &t);
    return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_nsec);
}

struct cost {
    double processor = 0;  ///< nanoseconds of processor time per call
    double clock = 0;
};

/// All cases by turns, until the time is over.
std::vector<cost> run(objects& all) {
    std::vector<cost> sums(cases.size());
    std::vector<double> counts(cases.size());
    const auto end = std::chrono::steady_clock::now() + length_of_a_run;
    while (std::chrono::steady_clock::now() < end) {
        for (std::size_t c = 0; c < cases.size(); ++c) {
            const double processor = now(CLOCK_THREAD_CPUTIME_ID);
            const double clock = now(CLOCK_MONOTONIC);
            for (int i = 0; i < cases[c].times; ++i) {
                if (!cases[c].call(all)) std::abort();
            }
            sums[c].clock += now(CLOCK_MONOTONIC) - clock;
            sums[c].processor += now(CLOCK_THREAD_CPUTIME_ID) - processor;
            counts[c] += cases[c].times;
        }
    }
    for (std::size_t c = 0; c < cases.size(); ++c) sums[c] = {sums[c].processor / counts[c], sums[c].clock / counts[c]};
    return sums;
}

pid_t start_top(char* program) {
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    char command[] = "top";
    char* arguments[] = {program, command, nullptr};
    pid_t id = 0;
    if (posix_spawn(&id, program, &files, nullptr, arguments, environ) != 0) {
        std::perror(program);
        std::exit(2);
    }
    posix_spawn_file_actions_destroy(&files);
    return id;
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const std::size_t half = values.size() / 2;
    return values.size() % 2 != 0 ? values[half] : (values[half - 1] + values[half]) / 2;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(stderr, "usage: %s KOBJ [RUNS]\n", argv[0]);
        return 2;
    }
    const int runs = argc > 2 ? std::atoi(argv[2]) : 10;
    objects all;
    (void)run(all);
    std::vector<std::vector<double>> processor(cases.size());
    std::vector<std::vector<double>> clock(cases.size());
    std::vector<std::vector<double>> alone(cases.size());
    for (int r = 0; r < runs; ++r) {
        const auto watched_run = [&] {
            const pid_t top = start_top(argv[1]);
            auto costs = run(all);
            int status = 0;
            if (waitpid(top, &status, WNOHANG) == top) {
                std::fprintf(stderr, "kobj top has ended with status %d\n", status);
                std::exit(2);
            }
            kill(top, SIGKILL);
            waitpid(top, &status, 0);
            return costs;
        };
        // Not always in the same order: the machine gets slower or faster.
        std::vector<cost> without;
        std::vector<cost> with;
        if (r % 2 == 0) {
            without = run(all);
            with = watched_run();
        } else {
            with = watched_run();
            without = run(all);
        }
        for (std::size_t c = 0; c < cases.size(); ++c) {
            processor[c].push_back(with[c].processor / without[c].processor);
            clock[c].push_back(with[c].clock / without[c].clock);
            alone[c].push_back(without[c].processor);
        }
    }
    std::printf(
        "| with `kobj top` beside it, %d runs each in turn | ns alone | ratio, processor time | ratio, clock |\n"
        "|---|---|---|---|\n",
        runs);
    bool well = true;
    for (std::size_t c = 0; c < cases.size(); ++c) {
        const double ratio = median(processor[c]);
        well = well && ratio <= most;
        std::printf("| %s | %.1f | %.3f | %.3f |\n", cases[c].name, median(alone[c]), ratio, median(clock[c]));
    }
    return well ? 0 : 1;
}
