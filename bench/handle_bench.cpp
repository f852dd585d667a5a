// Handles that come and go: beside descriptors, and beside the named objects of POSIX and of Boost.

#include <kobj/kobj.hpp>

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <semaphore.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <boost/interprocess/sync/named_mutex.hpp>

#include <string>

namespace {

std::string own_name(const char* what) {
    std::string name = "kobj-bench-";
    name += what;
    name += std::to_string(getpid());
    return name;
}

void eventfd_and_close(benchmark::State& state) {
    for (auto _ : state) {
        const int fd = eventfd(0, EFD_CLOEXEC);
        if (fd < 0 || close(fd) != 0) return state.SkipWithError("eventfd");
    }
}

void event_and_close(benchmark::State& state) {
    for (auto _ : state) {
        if (!kobj::event::create()) return state.SkipWithError("create");
    }
}

void mutex_and_close(benchmark::State& state) {
    for (auto _ : state) {
        if (!kobj::mutex::create()) return state.SkipWithError("create");
    }
}

void dup_and_close(benchmark::State& state) {
    const int fd = eventfd(0, EFD_CLOEXEC);
    for (auto _ : state) {
        const int other = dup(fd);
        if (other < 0 || close(other) != 0) return state.SkipWithError("dup");
    }
    close(fd);
}

void duplicate_and_close(benchmark::State& state) {
    const auto event = kobj::event::create().value();
    for (auto _ : state) {
        if (!kobj::duplicate(event.get(), kobj::duplicate_options{})) return state.SkipWithError("duplicate");
    }
}

// Into a child that sleeps, and from there back.
void duplicate_into_other(benchmark::State& state) {
    const auto event = kobj::event::create().value();
    auto child = kobj::process::start({kobj::process::executable_path(), "--sleep"}).value();
    for (auto _ : state) {
        const auto copy = kobj::duplicate_into(child.get(), event.get());
        if (!copy || !kobj::duplicate_from(child.get(), *copy, {.close_source = true}))
            return state.SkipWithError("duplicate");
    }
    (void)child.terminate(0);
    (void)child.wait();
}

void sem_open_and_close(benchmark::State& state, int flags) {
    std::string name = own_name("semaphore");
    name.insert(name.begin(), 1, '/');
    sem_t* const first = (flags & O_CREAT) != 0 ? nullptr : sem_open(name.c_str(), O_CREAT, 0600, 0);
    for (auto _ : state) {
        sem_t* const units = sem_open(name.c_str(), flags, 0600, 0);
        if (units == SEM_FAILED || sem_close(units) != 0) return state.SkipWithError("sem_open");
        if (flags != 0) sem_unlink(name.c_str());
    }
    if (first != nullptr) sem_close(first);
    sem_unlink(name.c_str());
}

void sem_create(benchmark::State& state) {
    sem_open_and_close(state, O_CREAT | O_EXCL);
}

void sem_reopen(benchmark::State& state) {
    sem_open_and_close(state, 0);
}

void create_named(benchmark::State& state) {
    const std::string name = own_name("semaphore");
    for (auto _ : state) {
        if (!kobj::semaphore::create(0, 1, {.name = name})) return state.SkipWithError("create");
    }
}

void reopen_named(benchmark::State& state) {
    const std::string name = own_name("semaphore");
    const auto first = kobj::semaphore::create(0, 1, {.name = name}).value();
    for (auto _ : state) {
        if (!kobj::semaphore::open(name)) return state.SkipWithError("open");
    }
}

void boost_create(benchmark::State& state) {
    namespace ipc = boost::interprocess;
    const std::string name = own_name("mutex");
    for (auto _ : state) {
        { const ipc::named_mutex gate(ipc::create_only, name.c_str()); }
        ipc::named_mutex::remove(name.c_str());
    }
}

// The first case of a group is what the others are compared with.
BENCHMARK(eventfd_and_close)->Name("create and close/eventfd");
BENCHMARK(event_and_close)->Name("create and close/kobj event");
BENCHMARK(mutex_and_close)->Name("create and close/kobj mutex");

BENCHMARK(dup_and_close)->Name("duplicate and close/dup of a descriptor");
BENCHMARK(duplicate_and_close)->Name("duplicate and close/kobj handle");
BENCHMARK(duplicate_into_other)->Name("duplicate and close/kobj handle, into another process and back");

BENCHMARK(sem_create)->Name("create by name and close/sem_open, sem_unlink");
BENCHMARK(create_named)->Name("create by name and close/kobj semaphore");
BENCHMARK(boost_create)->Name("create by name and close/Boost named_mutex");

BENCHMARK(sem_reopen)->Name("open by name and close/sem_open");
BENCHMARK(reopen_named)->Name("open by name and close/kobj semaphore");

}  // namespace
