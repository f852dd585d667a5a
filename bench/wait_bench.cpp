// Events, semaphores and waits for several objects, uncontended: beside what POSIX has for the same job.

#include "other_side.hpp"

#include <kobj/kobj.hpp>

#include <benchmark/benchmark.h>
#include <poll.h>
#include <semaphore.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <vector>

namespace {

using namespace std::chrono_literals;

void posix_semaphore(benchmark::State& state) {
    sem_t units;
    if (sem_init(&units, 1, 0) != 0) return state.SkipWithError("sem_init");
    for (auto _ : state) {
        if (sem_post(&units) != 0 || sem_wait(&units) != 0) return state.SkipWithError("post or wait");
    }
    sem_destroy(&units);
}

void event_set_and_wait(benchmark::State& state) {
    auto event = kobj::event::create().value();
    for (auto _ : state) {
        if (!event.set() || !event.wait()) return state.SkipWithError("set or wait");
    }
}

void semaphore_release_and_wait(benchmark::State& state) {
    auto units = kobj::semaphore::create(0, 1).value();
    for (auto _ : state) {
        if (!units.release() || !units.acquire()) return state.SkipWithError("release or acquire");
    }
}

void eventfd_write_and_read(benchmark::State& state) {
    const int fd = eventfd(0, EFD_CLOEXEC);
    for (auto _ : state) {
        if (eventfd_write(fd, 1) != 0) return state.SkipWithError("write");
        eventfd_t count = 0;
        if (eventfd_read(fd, &count) != 0) return state.SkipWithError("read");
    }
    close(fd);
}

// What no table of handles in shared memory can do without: the entry, the object that it names, whether it is still
// that object, and one locked instruction for each of the two calls.
struct bare_table {
    struct object {
        std::atomic<std::uint64_t> state;  // 63..32 generation, 0 signaled
        char others[56];
    };
    std::vector<object> objects = std::vector<object>(8);
    std::vector<std::atomic<std::uint64_t>> entries = std::vector<std::atomic<std::uint64_t>>(8);  // generation, index

    [[gnu::noinline]] bool change(std::uint64_t handle, std::uint64_t from, std::uint64_t to) {
        const std::uint64_t index = handle >> 2U;
        if (index >= entries.size()) return false;
        const std::uint64_t entry = entries[index].load(std::memory_order_acquire);
        std::atomic<std::uint64_t>& state = objects[entry & 7U].state;
        std::uint64_t seen = state.load(std::memory_order_acquire);
        return (seen ^ entry) >> 32U == 0 && (seen & 1U) == from &&
               state.compare_exchange_strong(seen, (seen ^ from) | to);
    }
};

void floor_of_a_table(benchmark::State& state) {
    bare_table table;
    table.entries[3] = std::uint64_t{7} << 32U | 5U;
    table.objects[5].state = std::uint64_t{7} << 32U;
    std::uint64_t handle = 12;
    for (auto _ : state) {
        benchmark::DoNotOptimize(handle);
        if (!table.change(handle, 0, 1) || !table.change(handle, 1, 0)) return state.SkipWithError("change");
    }
}

struct events {
    explicit events(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            all.push_back(kobj::event::create().value());
            handles.push_back(all.back().get());
        }
    }
    std::vector<kobj::event> all;
    std::vector<kobj::handle_value> handles;
};

void poll_one_64_times(benchmark::State& state) {
    const events one(1);
    for (auto _ : state) {
        for (int i = 0; i < 64; ++i) benchmark::DoNotOptimize(kobj::wait(one.handles[0], 0s));
    }
}

// None of them is signaled.
void poll_any(benchmark::State& state) {
    const events many(static_cast<std::size_t>(state.range(0)));
    for (auto _ : state) benchmark::DoNotOptimize(kobj::wait_any(many.handles, 0s));
}

void poll_all(benchmark::State& state) {
    const events many(static_cast<std::size_t>(state.range(0)));
    for (auto _ : state) benchmark::DoNotOptimize(kobj::wait_all(many.handles, 0s));
}

void take_last_of_64(benchmark::State& state) {
    events many(64);
    for (auto _ : state) {
        if (!many.all[63].set()) return state.SkipWithError("set");
        if (kobj::wait_any(many.handles)->index != 63) return state.SkipWithError("wait_any");
    }
}

void take_all_of_8(benchmark::State& state) {
    events many(8);
    for (auto _ : state) {
        for (auto& each : many.all) {
            if (!each.set()) return state.SkipWithError("set");
        }
        if (!kobj::wait_all(many.handles)) return state.SkipWithError("wait_all");
    }
}

// What is signaled without a sleep in between.
void set_and_take_from_wait_set(benchmark::State& state) {
    const auto count = static_cast<std::size_t>(state.range(0));
    events members(count);
    auto set = kobj::wait_set::create().value();
    for (std::size_t i = 0; i < count; ++i) set.add(members.handles[i], i).value();
    std::size_t next = 0;
    for (auto _ : state) {
        next = (next + 7919) % count;
        if (!members.all[next].set()) return state.SkipWithError("set");
        if (set.wait()->key != next) return state.SkipWithError("wait");
    }
}

void system_poll(benchmark::State& state) {
    std::vector<pollfd> all(static_cast<std::size_t>(state.range(0)));
    for (auto& each : all) each = {eventfd(0, EFD_CLOEXEC), POLLIN, 0};
    for (auto _ : state) benchmark::DoNotOptimize(poll(all.data(), all.size(), 0));
    for (const auto& each : all) close(each.fd);
}

// Waits until the other thread has signaled: from the question to the answer.
void blocking_any(benchmark::State& state) {
    events many(static_cast<std::size_t>(state.range(0)));
    auto question = kobj::event::create().value();
    other_thread other([&] { (void)question.wait(), (void)many.all.back().set(); });
    for (auto _ : state) {
        if (!question.set() || !kobj::wait_any(many.handles)) return state.SkipWithError("set or wait");
    }
    other.end([&] { (void)question.set(); });
}

void blocking_all(benchmark::State& state) {
    events many(static_cast<std::size_t>(state.range(0)));
    auto question = kobj::event::create().value();
    other_thread other([&] {
        (void)question.wait();
        for (auto& each : many.all) (void)each.set();
    });
    for (auto _ : state) {
        if (!question.set() || !kobj::wait_all(many.handles)) return state.SkipWithError("set or wait");
    }
    other.end([&] { (void)question.set(); });
}

void blocking_system_poll(benchmark::State& state) {
    std::vector<pollfd> all(static_cast<std::size_t>(state.range(0)));
    for (auto& each : all) each = {eventfd(0, EFD_CLOEXEC), POLLIN, 0};
    const int question = eventfd(0, EFD_CLOEXEC);
    {
        eventfd_t count = 0;
        other_thread other([&] {
            eventfd_t asked = 0;
            (void)eventfd_read(question, &asked), (void)eventfd_write(all.back().fd, 1);
        });
        for (auto _ : state) {
            if (eventfd_write(question, 1) != 0 || poll(all.data(), all.size(), -1) != 1 ||
                eventfd_read(all.back().fd, &count) != 0)
                return state.SkipWithError("eventfd");
        }
        other.end([&] { (void)eventfd_write(question, 1); });
    }
    close(question);
    for (const auto& each : all) close(each.fd);
}

// The first case of a group is what the others are compared with.
BENCHMARK(posix_semaphore)->Name("signal and wait/POSIX semaphore");
BENCHMARK(event_set_and_wait)->Name("signal and wait/kobj event");
BENCHMARK(semaphore_release_and_wait)->Name("signal and wait/kobj semaphore");
BENCHMARK(floor_of_a_table)->Name("signal and wait/nothing but a table and two locked instructions");
BENCHMARK(eventfd_write_and_read)->Name("signal and wait/eventfd");

BENCHMARK(poll_one_64_times)->Name("wait for any of 64/64 polls of one kobj event");
BENCHMARK(poll_any)->Arg(64)->Name("wait for any of 64/poll, none signaled");
BENCHMARK(poll_all)->Arg(64)->Name("wait for any of 64/poll of all, none signaled");
BENCHMARK(take_last_of_64)->Name("wait for any of 64/set the last, take it");
BENCHMARK(take_all_of_8)->Name("wait for any of 64/set 8, take all of them");
BENCHMARK(system_poll)->Arg(64)->Name("wait for any of 64/poll() of 64 eventfds");

BENCHMARK(system_poll)->Arg(1)->Name("wait for any of 1/poll() of an eventfd");
BENCHMARK(poll_any)->Arg(1)->Name("wait for any of 1/kobj, poll");
BENCHMARK(poll_all)->Arg(1)->Name("wait for any of 1/kobj, poll of all");
BENCHMARK(system_poll)->Arg(8)->Name("wait for any of 8/poll() of 8 eventfds");
BENCHMARK(poll_any)->Arg(8)->Name("wait for any of 8/kobj, poll");
BENCHMARK(poll_all)->Arg(8)->Name("wait for any of 8/kobj, poll of all");

BENCHMARK(blocking_system_poll)->Arg(1)->UseRealTime()->Name("ask a thread, sleep for the answer/poll() of an eventfd");
BENCHMARK(blocking_system_poll)
    ->Arg(64)
    ->UseRealTime()
    ->Name("ask a thread, sleep for the answer/poll() of 64 eventfds");
BENCHMARK(blocking_any)->Arg(1)->UseRealTime()->Name("ask a thread, sleep for the answer/kobj, any of 1");
BENCHMARK(blocking_any)->Arg(8)->UseRealTime()->Name("ask a thread, sleep for the answer/kobj, any of 8");
BENCHMARK(blocking_any)->Arg(64)->UseRealTime()->Name("ask a thread, sleep for the answer/kobj, any of 64");
BENCHMARK(blocking_all)->Arg(1)->UseRealTime()->Name("ask a thread, sleep for the answer/kobj, all of 1");
BENCHMARK(blocking_all)->Arg(8)->UseRealTime()->Name("ask a thread, sleep for the answer/kobj, all of 8");
BENCHMARK(blocking_all)->Arg(64)->UseRealTime()->Name("ask a thread, sleep for the answer/kobj, all of 64");

BENCHMARK(set_and_take_from_wait_set)->Arg(10)->Name("wait set/10 members: set one, take it");
BENCHMARK(set_and_take_from_wait_set)->Arg(10'000)->Name("wait set/10,000 members: set one, take it");

}  // namespace
