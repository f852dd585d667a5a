#include "posix/process/last_thread.hpp"

#include <dirent.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <vector>

#include "posix/os/proc.hpp"
#include "posix/os/stop_signal.hpp"
#include "posix/process/attach.hpp"

namespace kobj::posix::last_thread {

namespace {

// A thread is there until the kernel has taken it out of the list, which is a while after this was told.
struct ending {
    pid_t id;
    u64 start_time;  ///< tells two threads of one id apart
};

struct state {
    std::mutex gate;
    std::vector<pid_t> not_counted;
    std::vector<ending> leaving;
    state* of_parent = nullptr;  ///< what a fork has left here: perhaps in the middle of a change
};

constinit std::atomic<bool> first_has_left{false};
// Never destroyed: threads may end behind static destructors. No static of the function: a fork while another thread
// makes it would leave it in the making for ever in the child.
constinit std::atomic<state*> only{nullptr};

state* current() {
    state* now = only.load(std::memory_order_acquire);
    if (now != nullptr) return now;
    state* const made = new state;
    if (only.compare_exchange_strong(now, made, std::memory_order_acq_rel)) return made;
    delete made;
    return now;
}

std::vector<pid_t> threads_of_this_process() {
    std::vector<pid_t> found;
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir("/proc/self/task"), closedir);
    if (folder == nullptr) return found;
    while (const dirent* each = readdir(folder.get())) {
        const int id = std::atoi(each->d_name);
        if (id > 0) found.push_back(id);
    }
    return found;
}

// Notes that the calling thread leaves. Does anybody stay?
bool is_last() {
    const os::stop_guard guard;
    state& s = *current();
    const std::lock_guard lock(s.gate);
    const pid_t self = gettid();
    const std::vector<pid_t> all = threads_of_this_process();
    std::erase_if(s.leaving, [&](const ending& e) { return std::find(all.begin(), all.end(), e.id) == all.end(); });
    const auto stays = [&](pid_t id) {
        if (id == self || (id == getpid() && first_has_left)) return false;
        if (std::find(s.not_counted.begin(), s.not_counted.end(), id) != s.not_counted.end()) return false;
        const os::process_facts now = os::look_at_thread(getpid(), id);
        return now.exists && std::none_of(s.leaving.begin(), s.leaving.end(), [&](const ending& e) {
                   return e.id == id && e.start_time == now.start_time;
               });
    };
    const bool last = !all.empty() && std::none_of(all.begin(), all.end(), stays);
    s.leaving.push_back({self, os::look_at_thread(getpid(), self).start_time});
    return last;
}

void thread_has_ended(void*) {
    if (!first_has_left) return;
    // Thread-local objects of the first thread are destroyed by exit() only.
    if (gettid() == getpid()) note_thread_exit();
    if (!is_last()) return;
    const context* me = attached();
    std::exit(me == nullptr ? 0 : static_cast<int>(me->record->exit_code.get()));
}

pthread_key_t make_key() {
    pthread_key_t key{};
    return pthread_key_create(&key, thread_has_ended) == 0 ? key : ~pthread_key_t{0};
}

}  // namespace

void first_thread_leaves() noexcept {
    first_has_left = true;
}

void watch_own_end() noexcept {
    // Of all that is called at a thread's end only the destructors of keys are not called by exit(), too.
    static const pthread_key_t key = make_key();
    pthread_setspecific(key, &first_has_left);
}

void do_not_count() noexcept {
    const os::stop_guard guard;
    state& s = *current();
    const std::lock_guard lock(s.gate);
    s.not_counted.push_back(gettid());
}

void after_fork_in_child() noexcept {
    // The others' threads are not there, and one of them may have been inside.
    auto* const own = new state;
    own->of_parent = only.load(std::memory_order_relaxed);
    only.store(own, std::memory_order_release);
    first_has_left = false;
}

}  // namespace kobj::posix::last_thread
