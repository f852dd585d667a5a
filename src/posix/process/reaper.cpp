#include "posix/process/reaper.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <mutex>

#include "posix/arena/arena.hpp"
#include "posix/os/exit_status.hpp"
#include "posix/os/helper_thread.hpp"
#include "posix/os/proc.hpp"
#include "posix/process/attach.hpp"
#include "posix/process/last_thread.hpp"
#include "posix/process/reap.hpp"

namespace kobj::posix::reaper {

namespace {

struct watched {
    os::descriptor pidfd;
    bool child = false;
};

struct reaper_state {
    std::mutex gate;
    std::map<u64, watched> processes;  // by generation << 32 | index of the process record
    os::descriptor poll;
    bool running = false;
};

// Never destroyed: the thread may outlive the static destructors.
reaper_state& the_reaper() {
    static reaper_state& only = *new reaper_state;
    return only;
}

u64 key_of(u32 process, u32 generation) {
    return u64{generation} << 32U | process;
}

void settle(u64 key) {
    const context& me = enter();
    const u32 process = static_cast<u32>(key);
    const u32 generation = static_cast<u32>(key >> 32U);
    settle_process(me, process, generation, std::nullopt);
    forget(process, generation);
}

void* run(void*) {
    last_thread::do_not_count();
    for (;;) {
        std::array<epoll_event, 16> events{};
        const int count = epoll_wait(the_reaper().poll.get(), events.data(), events.size(), -1);
        if (count < 0 && errno != EINTR) return nullptr;
        for (int i = 0; i < count; ++i) {
            // What cannot be settled now (the arena is damaged) is settled by somebody else, or never.
            (void)guarded([&] { settle(events[static_cast<std::size_t>(i)].data.u64); });
        }
    }
}

// With the gate held.
void start(reaper_state& r) {
    if (r.running) return;
    r.poll = os::descriptor(epoll_create1(EPOLL_CLOEXEC));
    if (!r.poll)
        fail(errc::too_many_open_files, "no descriptor is left to watch processes with: {}", std::strerror(errno));
    const int error = os::start_helper_thread(run, nullptr);
    if (error != 0) fail(errc::no_system_resources, "no thread to watch processes with: {}", std::strerror(error));
    r.running = true;
}

}  // namespace

void watch(u32 process, u32 generation, pid_t pid, u64 start_time, bool child) {
    reaper_state& r = the_reaper();
    const std::lock_guard lock(r.gate);
    const u64 key = key_of(process, generation);
    if (r.processes.contains(key)) return;
    watched entry{os::open_pidfd(pid), child};
    if (!entry.pidfd) {
        if (errno == ESRCH) return;
        fail(errc::too_many_open_files, "process {} cannot be watched: {}", pid, std::strerror(errno));
    }
    // The PID may have gone to somebody else before the descriptor was open.
    if (!child && start_time != 0 && os::look_at_process(pid).start_time != start_time) return;
    start(r);
    epoll_event event{};
    event.events = EPOLLIN | EPOLLONESHOT;
    event.data.u64 = key;
    const int fd = entry.pidfd.get();
    r.processes.emplace(key, std::move(entry));
    if (epoll_ctl(r.poll.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
        r.processes.erase(key);
        fail(errc::no_system_resources, "process {} cannot be watched: {}", pid, std::strerror(errno));
    }
}

namespace {

/// The descriptor that this process watches it by, or an empty one.
os::descriptor watched_by(u32 process, u32 generation) {
    reaper_state& r = the_reaper();
    const std::lock_guard lock(r.gate);
    const auto found = r.processes.find(key_of(process, generation));
    return found == r.processes.end() ? os::descriptor() : os::copy_of(found->second.pidfd);
}

}  // namespace

std::optional<u32> exit_status(u32 process, u32 generation, pid_t pid) {
    // Dead, but perhaps not yet a zombie: on a busy machine its end can take a while.
    constexpr int most_milliseconds = 10'000;
    if (const os::descriptor own = watched_by(process, generation); own) {
        os::has_ended(own.get(), most_milliseconds);
        if (const auto code = os::child_exit_code(own.get())) return code;
        if (const auto code = os::pidfd_exit_code(own.get())) return code;
    }
    // Somebody else's child. Its parent leaves it a zombie until it is settled.
    const os::descriptor pidfd = os::open_pidfd(pid);
    const u64 start = the_arena().process(process).start_time.get();
    if (start != 0 && os::look_at_process(pid).start_time != start) return std::nullopt;
    if (pidfd) os::has_ended(pidfd.get(), most_milliseconds);
    if (const auto code = os::zombie_exit_code(pid)) return code;
    return pidfd ? os::pidfd_exit_code(pidfd.get()) : std::nullopt;
}

void forget(u32 process, u32 generation) noexcept {
    reaper_state& r = the_reaper();
    const std::lock_guard lock(r.gate);
    const auto found = r.processes.find(key_of(process, generation));
    if (found == r.processes.end()) return;
    if (found->second.child) os::bury_child(found->second.pidfd.get());
    r.processes.erase(found);
}

void before_fork() noexcept {
    the_reaper().gate.lock();
}

void after_fork_in_parent() noexcept {
    the_reaper().gate.unlock();
}

void after_fork_in_child() noexcept {
    reaper_state& r = the_reaper();
    r.processes.clear();
    r.poll.reset();
    r.running = false;
    r.gate.unlock();
}

}  // namespace kobj::posix::reaper
