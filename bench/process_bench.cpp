// A program that only attaches to the session and leaves it, beside one that does not.
// A child, from the call that starts it to its main: by posix_spawn, and with handles to inherit. The child is this
// program, which says that it is there by a byte in a pipe.

#include <kobj/kobj.hpp>

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace {

using clock_type = std::chrono::steady_clock;

/// What the child writes to. It stands where standard input stood, for of a process that kobj starts only the three
/// standard descriptors reach the child.
class report_pipe {
public:
    report_pipe() {
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) != 0) return;
        from_ = ends[0];
        before_ = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
        dup2(ends[1], STDIN_FILENO);
        close(ends[1]);
    }
    report_pipe(const report_pipe&) = delete;
    report_pipe& operator=(const report_pipe&) = delete;
    ~report_pipe() {
        if (from_ < 0) return;
        dup2(before_, STDIN_FILENO);
        close(before_);
        close(from_);
    }
    [[nodiscard]] bool valid() const { return from_ >= 0; }
    /// False when nothing comes: the child has not got as far as its main.
    [[nodiscard]] bool wait() const {
        constexpr int patience = 60'000;
        pollfd seen{from_, POLLIN, 0};
        char byte = 0;
        return poll(&seen, 1, patience) == 1 && read(from_, &byte, 1) == 1;
    }

private:
    int from_ = -1;
    int before_ = -1;
};

// Times `start` until the child has reported; `bury` comes after it.
template <class Start, class Bury>
void measure(benchmark::State& state, Start&& start, Bury&& bury) {
    const report_pipe pipe;
    if (!pipe.valid()) return state.SkipWithError("pipe");
    const std::string program = kobj::process::executable_path();
    for (auto _ : state) {
        const auto begin = clock_type::now();
        auto child = start(program, std::to_string(STDIN_FILENO));
        if (!child || !pipe.wait()) return state.SkipWithError("a child did not start");
        state.SetIterationTime(std::chrono::duration<double>(clock_type::now() - begin).count());
        bury(*child);
    }
}

void by_posix_spawn(benchmark::State& state) {
    measure(
        state,
        [](std::string program, std::string end) -> std::optional<pid_t> {
            std::string option = "--child";
            char* arguments[] = {program.data(), option.data(), end.data(), nullptr};
            pid_t child = 0;
            if (posix_spawn(&child, program.c_str(), nullptr, nullptr, arguments, environ) != 0) return std::nullopt;
            return child;
        },
        [](pid_t child) { waitpid(child, nullptr, 0); });
}

void until_end(benchmark::State& state, const char* what) {
    std::string program = kobj::process::executable_path();
    std::string option = what;
    for (auto _ : state) {
        char* arguments[] = {program.data(), option.data(), nullptr};
        pid_t child = 0;
        int status = 0;
        if (posix_spawn(&child, program.c_str(), nullptr, nullptr, arguments, environ) != 0 ||
            waitpid(child, &status, 0) != child || status != 0)
            return state.SkipWithError("posix_spawn");
    }
}

void by_kobj(benchmark::State& state) {
    std::vector<kobj::event> inheritable;
    for (std::int64_t i = 0; i < state.range(0); ++i)
        inheritable.push_back(kobj::event::create({.inheritable = true}).value());
    measure(
        state,
        [](const std::string& program, const std::string& end) {
            return kobj::process::start({program, "--child", end}, {.inherit = kobj::inherit::all});
        },
        [](kobj::process& child) { (void)child.wait(); });
}

BENCHMARK(by_posix_spawn)->Name("start of a child/posix_spawn")->UseManualTime();
BENCHMARK(by_kobj)->Arg(0)->Name("start of a child/kobj, nothing to inherit")->UseManualTime();
BENCHMARK(by_kobj)->Arg(100)->Name("start of a child/kobj, 100 handles")->UseManualTime();
BENCHMARK(by_kobj)->Arg(10'000)->Name("start of a child/kobj, 10,000 handles")->UseManualTime();

BENCHMARK_CAPTURE(until_end, , "--nothing")->UseRealTime()->Name("a program from its start to its end/does nothing");
BENCHMARK_CAPTURE(until_end, , "--attach")
    ->UseRealTime()
    ->Name("a program from its start to its end/kobj: creates an event, closes it");

}  // namespace
