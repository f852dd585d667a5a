#include "posix/windows_h/thread/own_threads.hpp"

#include <kobj/handle.hpp>

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <map>
#include <new>

#include "posix/windows_h/clock/clock.hpp"

namespace kobj::windows_h {

namespace {

using registry = std::map<std::uint32_t, std::shared_ptr<thread_data>>;

std::int64_t ticks_of(const timeval& used) noexcept {
    return used.tv_sec * std::int64_t{10'000'000} + used.tv_usec * 10;
}

struct holder {
    std::shared_ptr<thread_data> data;
    ~holder();
};

thread_local holder own;
// Both can be asked behind the destructor of `own`.
constinit thread_local thread_data* own_pointer = nullptr;
constinit thread_local bool is_over = false;

void before_fork() noexcept {
    apc_queue::gate().lock();
}
void after_fork() noexcept {
    apc_queue::gate().unlock();
}
registry& the_registry();
void after_fork_in_child() noexcept {
    // No other thread is there, and the calls of this one are the parent's.
    the_registry().clear();
    if (own_pointer != nullptr) own.data.reset();
    own_pointer = nullptr;
    after_fork();
}

registry& the_registry() {
    static auto* const only = [] {
        pthread_atfork(before_fork, after_fork, after_fork_in_child);
        return new registry;
    }();
    return *only;
}

thread_times own_times(std::int64_t created) noexcept {
    thread_times times;
    if (created == 0) {
        if (const auto known = times_of(static_cast<std::uint32_t>(getpid()), static_cast<std::uint32_t>(gettid())))
            times = *known;
    } else {
        times.created = created;
    }
    rusage used{};
    getrusage(RUSAGE_THREAD, &used);
    times.kernel = ticks_of(used.ru_stime);
    times.user = ticks_of(used.ru_utime);
    return times;
}

holder::~holder() {
    own_pointer = nullptr;
    is_over = true;
    if (data == nullptr) return;
    const auto created = [&] {
        // Whoever has started the thread may be about to note it.
        const std::lock_guard hold(apc_queue::gate());
        return data->created;
    }();
    thread_times times = own_times(created);
    times.ended = file_ticks(now_by(CLOCK_REALTIME));
    const std::lock_guard hold(apc_queue::gate());
    data->at_end = times;
    data->apcs.clear();
}

}  // namespace

std::shared_ptr<thread_data> data_of(const detail::thread_facts& thread) {
    registry& all = the_registry();
    auto fresh = std::make_shared<thread_data>();
    fresh->generation = thread.generation;
    const std::lock_guard hold(apc_queue::gate());
    auto& place = all[thread.object];
    if (place == nullptr || place->generation != thread.generation) place.swap(fresh);
    return place;
}

result<thread_data*> own_data() noexcept {
    if (own_pointer != nullptr) return own_pointer;
    if (is_over) return errc::invalid_state;
    const auto facts = detail::look_at_thread(current_thread(), access::thread_all);
    if (!facts) return facts.error();
    try {
        own.data = data_of(*facts);
    } catch (const std::bad_alloc&) {
        return errc::not_enough_memory;
    }
    own_pointer = own.data.get();
    return own_pointer;
}

namespace {
// Nothing that needs a destructor is in the frames that a call can leave by ExitThread.
bool take_next(apc& next) {
    const auto data = own_data();
    return data && (*data)->apcs.take(next);
}
}  // namespace

void run_apcs() {
    // The queue is asked for anew each time: in a forked child it is another one.
    for (apc next; take_next(next);) next.run();
}

}  // namespace kobj::windows_h
