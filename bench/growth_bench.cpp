// What calls cost when there is much: objects, handles and names of this process, or other processes.

#include <kobj/kobj.hpp>

#include <benchmark/benchmark.h>
#include <unistd.h>

#include <string>
#include <vector>

namespace {

// As many objects as asked for; kept for the next case, since making a million takes a while.
void grow_to(std::size_t count, bool named) {
    static std::vector<kobj::event> unnamed_objects;
    static std::vector<kobj::event> named_objects;
    std::vector<kobj::event>& objects = named ? named_objects : unnamed_objects;
    if (objects.size() > count) objects.resize(count);
    objects.reserve(count);
    while (objects.size() < count) {
        std::string name;
        if (named) {
            name = "kobj-bench-growth-";
            name += std::to_string(getpid());
            name += '-';
            name += std::to_string(objects.size());
        }
        objects.push_back(kobj::event::create({.name = name}).value());
    }
}

class crowd {
public:
    explicit crowd(const benchmark::State& state, bool named) : named_(named) {
        grow_to(static_cast<std::size_t>(state.range(0)), named);
    }
    crowd(const crowd&) = delete;
    crowd& operator=(const crowd&) = delete;
    ~crowd() { grow_to(0, named_); }

private:
    bool named_;
};

void create_and_close(benchmark::State& state) {
    const crowd others(state, false);
    for (auto _ : state) {
        if (!kobj::event::create()) return state.SkipWithError("create");
    }
}

void duplicate_and_close(benchmark::State& state) {
    const crowd others(state, false);
    const auto event = kobj::event::create().value();
    for (auto _ : state) {
        if (!kobj::duplicate(event.get(), kobj::duplicate_options{})) return state.SkipWithError("duplicate");
    }
}

void set_and_wait(benchmark::State& state) {
    const crowd others(state, false);
    auto event = kobj::event::create().value();
    for (auto _ : state) {
        if (!event.set() || !event.wait()) return state.SkipWithError("set or wait");
    }
}

void create_named(benchmark::State& state) {
    const crowd others(state, true);
    for (auto _ : state) {
        if (!kobj::event::create({.name = "kobj-bench-one-more"})) return state.SkipWithError("create");
    }
}

void open_named(benchmark::State& state) {
    const crowd others(state, true);
    const auto event = kobj::event::create({.name = "kobj-bench-one-more"}).value();
    for (auto _ : state) {
        if (!kobj::event::open("kobj-bench-one-more")) return state.SkipWithError("open");
    }
}

// Beside processes of the session that sleep.
class sleepers {
public:
    explicit sleepers(std::size_t count) {
        const std::string program = kobj::process::executable_path();
        while (children_.size() < count) children_.push_back(kobj::process::start({program, "--sleep"}).value());
    }
    sleepers(const sleepers&) = delete;
    sleepers& operator=(const sleepers&) = delete;
    ~sleepers() {
        for (auto& child : children_) (void)child.terminate(0);
        for (auto& child : children_) (void)child.wait();
    }

private:
    std::vector<kobj::process> children_;
};

void add(const std::string& group, void (*run)(benchmark::State&), const char* what, std::int64_t most) {
    for (const std::int64_t count : {std::int64_t{10}, std::int64_t{1000}, std::int64_t{100'000}, most}) {
        std::string name = group;
        name += ", growth/beside ";
        name += std::to_string(count);
        name += what;
        benchmark::RegisterBenchmark(name.c_str(), run)->Arg(count);
    }
}

void add_processes(const std::string& group, void (*run)(benchmark::State&)) {
    for (const std::int64_t count : {1, 100, 1000}) {
        std::string name = group;
        name += ", growth/beside ";
        name += std::to_string(count);
        name += " processes";
        const auto among = [run](benchmark::State& state) {
            const sleepers others(static_cast<std::size_t>(state.range(1)) - 1);
            run(state);
        };
        // Starting them takes a second, so it is done a few times only.
        benchmark::RegisterBenchmark(name.c_str(), among)->Args({10, count})->Iterations(100'000)->Repetitions(5);
    }
}

const bool added = [] {
    add("create and close", create_and_close, " objects", 1'000'000);
    add("duplicate and close", duplicate_and_close, " objects", 1'000'000);
    add("set and wait", set_and_wait, " objects", 1'000'000);
    add("create by name and close", create_named, " names", 1'000'000);
    add("open by name and close", open_named, " names", 1'000'000);
    add_processes("create and close", create_and_close);
    add_processes("duplicate and close", duplicate_and_close);
    add_processes("set and wait", set_and_wait);
    add_processes("create by name and close", create_named);
    add_processes("open by name and close", open_named);
    return true;
}();

}  // namespace
