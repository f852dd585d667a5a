#include "posix/process/keeper.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <map>
#include <vector>

#include "posix/object/job.hpp"
#include "posix/os/exit_status.hpp"
#include "posix/os/shared_file.hpp"
#include "posix/process/attach.hpp"
#include "posix/process/reap.hpp"
#include "posix/process/reaper.hpp"

namespace kobj::posix::keeper {

namespace {

constinit bool this_one = false;
constinit thread_local bool forking = false;

bool is_needed() {
    arena& a = the_arena();
    const u32 high = a.header().high_job.get();
    for (u32 i = 1; i < high; ++i) {
        const job_record& job = a.job(i);
        if (job.object.get() != 0 && (job.limits.get() & job_object::kill_on_close) != 0) return true;
    }
    return false;
}

bool runs(const context& me) {
    const u64 word = the_arena().header().keeper.get();
    const u32 index = static_cast<u32>(word);
    if (index == 0) return false;
    const process_record& record = the_arena().process(index);
    return record.generation.get() == static_cast<u32>(word >> 32U) && process_runs(me, index);
}

// ---- the keeper itself ----

void close_descriptors_but(const std::vector<int>& kept) {
    std::vector<int> open_ones;
    if (DIR* const folder = opendir("/proc/self/fd"); folder != nullptr) {
        while (const dirent* each = readdir(folder))
            if (each->d_name[0] != '.') open_ones.push_back(std::atoi(each->d_name));
        closedir(folder);
    }
    for (const int fd : open_ones)
        if (fd > STDERR_FILENO && std::find(kept.begin(), kept.end(), fd) == kept.end()) close(fd);
    const int nothing = open("/dev/null", O_RDWR);
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(nothing, stream);
    if (nothing > STDERR_FILENO) close(nothing);
}

/// Whose end it waits for, by generation << 32 | index of the process record.
class watched {
public:
    void look_around(u32 self) {
        arena& a = the_arena();
        const u32 high = a.header().high_process.get();
        for (auto each = by_key_.begin(); each != by_key_.end();) {
            const bool gone = a.process(static_cast<u32>(each->first)).generation.get() != each->first >> 32U;
            each = gone ? by_key_.erase(each) : std::next(each);
        }
        for (u32 p = 1; p < high; ++p) {
            const process_record& record = a.process(p);
            const u64 key = u64{record.generation.get()} << 32U | p;
            if (p == self || record.state.get() == static_cast<u32>(process_state::free) || record.id.get() == 0 ||
                by_key_.contains(key))
                continue;
            if (os::descriptor fd = os::open_pidfd(static_cast<pid_t>(record.id.get())); fd)
                by_key_.emplace(key, std::move(fd));
        }
    }
    /// Until one ends, `starter` goes on, or it is time to look around again. Of an end it is told once.
    void wait(int starter) {
        constexpr int look_again = 1000;
        std::vector<pollfd> asked{{starter, POLLIN, 0}};
        std::vector<u64> keys{0};
        for (const auto& [key, fd] : by_key_) {
            if (!fd) continue;
            asked.push_back({fd.get(), POLLIN, 0});
            keys.push_back(key);
        }
        if (poll(asked.data(), asked.size(), look_again) <= 0) return;
        for (std::size_t i = 1; i < asked.size(); ++i)
            if (asked[i].revents != 0) by_key_[keys[i]].reset();
    }

private:
    std::map<u64, os::descriptor> by_key_;
};

void keep(const context& me, int starter) {
    arena_header& h = the_arena().header();
    const u64 own = u64{the_arena().process(me.process).generation.get()} << 32U | me.process;
    const bool other = runs(me);
    const u64 seen = h.keeper.get();
    const bool mine = transact(me, [&](transaction& tx) {
        if (h.keeper.get() != seen || other) return false;
        tx.set(h.keeper, own);
        return true;
    });
    if (!mine) return;
    (void)!write(starter, "", 1);
    watched all;
    for (bool begun = false;;) {
        settle_all(me);
        char none = 0;
        begun = begun || recv(starter, &none, 1, MSG_DONTWAIT) == 0;
        const bool over = begun && transact(me, [&](transaction& tx) {
                              if (is_needed()) return false;
                              tx.set(h.keeper, 0);
                              return true;
                          });
        if (over) return;
        all.look_around(me.process);
        all.wait(begun ? -1 : starter);
    }
}

[[noreturn]] void be_keeper(int starter) {
    this_one = true;
    setsid();
    prctl(PR_SET_NAME, "kobj-keeper");
    (void)!chdir("/");
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, nullptr);
    close_descriptors_but({starter, the_arena().file()});
    // A damaged arena is nobody's to keep.
    (void)guarded([&] { keep(enter(), starter); });
    detach(0);
    _exit(0);
}

// ---- whoever needs one ----

/// The starter's end of the line; the keeper does not leave before it is closed.
os::descriptor start() {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        fail(errc::too_many_open_files, "no descriptors are left to start the keeper of jobs with");
    os::descriptor ours(ends[0]);
    os::descriptor theirs(ends[1]);
    forking = true;
    const pid_t child = fork();
    const int error = errno;
    forking = false;
    if (child == 0) {
        ours.reset();
        // Nobody's child, so that nobody has to wait for it.
        if (fork() == 0) be_keeper(theirs.release());
        _exit(0);
    }
    if (child < 0) fail(errc::no_system_resources, "no process for the keeper of jobs: {}", std::strerror(error));
    theirs.reset();
    while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
    }
    // Until it is there, or has found another one.
    char there = 0;
    while (read(ours.get(), &there, 1) < 0 && errno == EINTR) {
    }
    return ours;
}

}  // namespace

void change(const context& me, const std::function<void(transaction&)>& work) {
    constexpr int most = 100;
    arena_header& h = the_arena().header();
    for (int i = 0; i < most; ++i) {
        os::descriptor line;
        if (!runs(me)) line = start();
        const bool done = transact(me, [&](transaction& tx) {
            if (h.keeper.get() == 0) return false;
            work(tx);
            return true;
        });
        if (!done) continue;
        const u64 word = h.keeper.get();
        const u32 index = static_cast<u32>(word);
        const process_record& record = the_arena().process(index);
        if (index != 0)
            reaper::watch(index, static_cast<u32>(word >> 32U), static_cast<pid_t>(record.id.get()),
                          record.start_time.get(), false);
        return;
    }
    fail(errc::no_system_resources, "the keeper of jobs does not start");
}

void replace_if_needed(const context& me) noexcept {
    (void)guarded([&] {
        if (the_arena().header().keeper.get() != 0 || this_one || !is_needed()) return;
        change(me, [](transaction&) {});
    });
}

bool is_this_one() noexcept {
    return this_one;
}
bool is_being_forked() noexcept {
    return forking;
}

}  // namespace kobj::posix::keeper
