#include "posix/process/last_thread.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <list>
#include <mutex>

#include "posix/arena/arena.hpp"
#include "posix/os/proc.hpp"
#include "posix/os/shared_file.hpp"
#include "posix/os/stop_signal.hpp"
#include "posix/process/attach.hpp"

namespace kobj::posix::last_thread {

namespace {

// A thread is there until the kernel has taken it out of the list, which is a while after this was told.
struct ending {
    pid_t id;
    u64 start_time;  ///< tells two threads of one id apart
};

// Who has the gate asks for no memory and gives none back: a thread that is terminated needs the gate, and may have the
// allocator's lock.
struct state {
    std::mutex gate;
    std::list<pid_t> not_counted;
    std::list<ending> leaving;
    bool somebody_is_last = false;  ///< and ends the process
    state* of_parent = nullptr;     ///< what a fork has left here: perhaps in the middle of a change
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

// Asks for no memory: a thread that is terminated may have been asking for some.
template <class Predicate>
bool any_thread(Predicate is) noexcept {
    const os::descriptor folder(open("/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    // Where that cannot be read, the process goes on.
    if (!folder) return true;
    alignas(dirent64) std::array<char, 1024> room{};
    for (;;) {
        const ssize_t got = getdents64(folder.get(), room.data(), room.size());
        if (got <= 0) return got < 0;
        for (ssize_t at = 0; at < got;) {
            const auto* each = reinterpret_cast<const dirent64*>(room.data() + at);
            const int id = std::atoi(each->d_name);
            if (id > 0 && is(pid_t{id})) return true;
            at += each->d_reclen;
        }
    }
}

// Terminated, and past its last call: see terminated_is_last().
bool is_terminated(pid_t id) noexcept {
    const context* me = attached();
    if (me == nullptr) return false;
    arena& a = the_arena();
    const u32 count = a.capacity(region::threads);
    for (u32 t = 1; t < count; ++t) {
        const thread_record& record = a.thread(t);
        const u64 identity = record.identity.get();
        if (thread_claimed(identity) && static_cast<pid_t>(thread_id(identity)) == id &&
            record.process.get() == me->process && !record.life.ended())
            return is_condemned(record.exit_code.get()) && record.halted.raw().load() != 0;
    }
    return false;
}

bool stays(const state& s, pid_t id) noexcept {
    if (id == gettid() || (id == getpid() && first_has_left)) return false;
    if (std::find(s.not_counted.begin(), s.not_counted.end(), id) != s.not_counted.end()) return false;
    if (is_terminated(id)) return false;
    const os::process_facts now = os::look_at_thread(getpid(), id);
    // What cannot be read, for want of a descriptor, may be there.
    if (!now.exists) return syscall(SYS_tgkill, getpid(), id, 0) == 0;
    return !now.thread_ending && std::none_of(s.leaving.begin(), s.leaving.end(), [&](const ending& e) {
        return e.id == id && e.start_time == now.start_time;
    });
}

// Notes that the calling thread leaves. Does anybody stay?
bool is_last() {
    const os::stop_guard guard;
    state& s = *current();
    const pid_t self = gettid();
    const u64 start = os::look_at_thread(getpid(), self).start_time;
    std::list<ending> own{{self, start}};
    std::list<ending> gone;
    const std::lock_guard lock(s.gate);
    for (auto each = s.leaving.begin(); each != s.leaving.end();) {
        const auto it = each++;
        if (!os::look_at_thread(getpid(), it->id).exists) gone.splice(gone.end(), s.leaving, it);
    }
    const bool last = !any_thread([&](pid_t id) { return stays(s, id); });
    s.leaving.splice(s.leaving.end(), own);
    s.somebody_is_last = s.somebody_is_last || last;
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

bool terminated_is_last() noexcept {
    const context* me = attached();
    if (me == nullptr) return false;
    if (gettid() == getpid()) first_thread_leaves();
    // Before it looks at the others, as they do: of two that leave at the same time one sees the other.
    me->record->halted.raw().store(1);
    state* const s = only.load();
    if (s == nullptr) return !any_thread([](pid_t id) { return stays(state{}, id); });
    const os::stop_guard guard;
    const std::lock_guard lock(s->gate);
    return !s->somebody_is_last && !any_thread([&](pid_t id) { return stays(*s, id); });
}

void do_not_count() noexcept {
    const os::stop_guard guard;
    state& s = *current();
    std::list<pid_t> own{gettid()};
    const std::lock_guard lock(s.gate);
    s.not_counted.splice(s.not_counted.end(), own);
}

void after_fork_in_child() noexcept {
    // The others' threads are not there, and one of them may have been inside.
    auto* const own = new state;
    own->of_parent = only.load(std::memory_order_relaxed);
    only.store(own, std::memory_order_release);
    first_has_left = false;
}

}  // namespace kobj::posix::last_thread
