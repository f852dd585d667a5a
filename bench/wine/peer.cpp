// The cases of kobj_bench that Windows has as well, by the same calls, for a run under Wine: a line each for
// kobj_bench --wine=FILE.

#include <kobj/kobj.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <vector>

namespace {

using clock_type = std::chrono::steady_clock;

// The median of some repetitions, in nanoseconds for one call of `work`.
template <class F>
void measure(const char* name, F&& work) {
    constexpr auto length = std::chrono::milliseconds(40);
    std::array<double, 9> results{};
    int batch = 1;
    for (double& result : results) {
        for (;;) {
            const auto begin = clock_type::now();
            for (int i = 0; i < batch; ++i) work();
            const auto took = clock_type::now() - begin;
            result = std::chrono::duration<double, std::nano>(took).count() / batch;
            if (took >= length) break;
            batch *= 2;
        }
    }
    std::sort(results.begin(), results.end());
    std::printf("%s\t%.2f\n", name, results[results.size() / 2]);
}

}  // namespace

int main() {
    auto mutex = kobj::mutex::create().value();
    auto named = kobj::mutex::create({.name = "kobj bench peer"}).value();
    auto event = kobj::event::create().value();
    auto units = kobj::semaphore::create(0, 1).value();
    measure("acquire and release/kobj mutex, unnamed", [&] { (void)mutex.acquire(), (void)mutex.release(); });
    measure("acquire and release/kobj mutex, named", [&] { (void)named.acquire(), (void)named.release(); });
    measure("signal and wait/kobj event", [&] { (void)event.set(), (void)event.wait(); });
    measure("signal and wait/kobj semaphore", [&] { (void)units.release(), (void)units.acquire(); });
    measure("create and close/kobj event", [] { (void)kobj::event::create(); });
    measure("create and close/kobj mutex", [] { (void)kobj::mutex::create(); });
    measure("duplicate and close/kobj handle", [&] { (void)kobj::duplicate(event.get(), kobj::duplicate_options{}); });
    measure("create by name and close/kobj semaphore",
            [] { (void)kobj::semaphore::create(0, 1, {.name = "kobj bench peer, semaphore"}); });
    measure("open by name and close/kobj semaphore", [] { (void)kobj::mutex::open("kobj bench peer"); });
    std::vector<kobj::event> many;
    std::vector<kobj::handle_value> handles;
    for (int i = 0; i < 64; ++i) {
        many.push_back(kobj::event::create().value());
        handles.push_back(many.back().get());
    }
    measure("wait for any of 64/poll, none signaled", [&] { (void)kobj::wait_any(handles, std::chrono::seconds(0)); });
    return 0;
}
