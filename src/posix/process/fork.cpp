#include "posix/process/fork.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <mutex>
#include <vector>

#include "posix/arena/transaction.hpp"
#include "posix/object/job.hpp"
#include "posix/os/proc.hpp"
#include "posix/os/record_lock.hpp"
#include "posix/os/shared_file.hpp"
#include "posix/process/inherit.hpp"
#include "posix/process/process_object.hpp"
#include "posix/process/reap.hpp"

namespace kobj::posix::forks {

namespace {

struct unclaimed {
    u32 record;
    u32 generation;
    os::descriptor child_is_there;  ///< reads end of file once the child has claimed or is not there
};

struct fork_state {
    std::mutex gate;
    std::vector<unclaimed> pending;
    os::descriptor ours, childs;  ///< ends of the pipe of the fork in progress
    u32 generation = 0;           ///< of its record
};

fork_state& the_forks() {
    static fork_state& only = *new fork_state;
    return only;
}

bool at_end(int fd) noexcept {
    pollfd ask{fd, POLLIN, 0};
    return poll(&ask, 1, 0) == 1;
}

}  // namespace

u32 prepare(const context& me) {
    fork_state& f = the_forks();
    arena& a = the_arena();
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) fail(errc::too_many_open_files, "no descriptors are left for a fork");
    f.ours = os::descriptor(ends[0]);
    f.childs = os::descriptor(ends[1]);
    const u32 index = transact(me, [&](transaction& tx) { return make_process_record(tx); });
    try {
        inherit_everything(me, me.process, index);
        transact(me, [&](transaction& tx) {
            job_object::join_anyway(tx, index, job_object::job_of_child(a.process(me.process).job.get(), false));
            tx.set(a.process(index).state, static_cast<u32>(process_state::forking));
        });
    } catch (...) {
        settle_process(me, index, a.process(index).generation.get(), u32{0});
        throw;
    }
    a.process(index).parent.put(me.process);
    f.generation = a.process(index).generation.get();
    return index;
}

void lock() noexcept {
    the_forks().gate.lock();
}

void parent_goes_on(u32 record) noexcept {
    fork_state& f = the_forks();
    f.childs.reset();
    if (record != 0) {
        try {
            f.pending.push_back({record, the_arena().process(record).generation.get(), std::move(f.ours)});
        } catch (...) {
            // The record is settled with this process.
        }
    }
    f.ours.reset();
    f.gate.unlock();
}

bool claim(const context& me, u32 index) {
    arena& a = the_arena();
    process_record& record = a.process(index);
    const os::process_facts facts = os::look_at_process(getpid());
    const bool mine = transact(me, [&](transaction& tx) {
        // Given up, and perhaps used again, if the parent was killed meanwhile.
        if (record.generation.get() != the_forks().generation ||
            record.state.get() != static_cast<u32>(process_state::forking))
            return false;
        tx.set(record.id, static_cast<u32>(getpid()));
        tx.set(record.start_time, facts.start_time);
        tx.set(record.state, static_cast<u32>(process_state::foreign));
        return true;
    });
    if (!mine || !os::lock_byte(a.file(), static_cast<off_t>(a.offset_of(&record)))) return false;
    transact(me, [&](transaction& tx) { tx.set(record.state, static_cast<u32>(process_state::attached)); });
    return true;
}

void child_goes_on() noexcept {
    fork_state& f = the_forks();
    f.ours.reset();
    f.childs.reset();
    f.pending.clear();
    f.gate.unlock();
}

void settle_failed(const context& me) {
    fork_state& f = the_forks();
    std::vector<unclaimed> failed;
    {
        const std::lock_guard lock(f.gate);
        for (std::size_t i = 0; i < f.pending.size();) {
            if (at_end(f.pending[i].child_is_there.get())) {
                failed.push_back(std::move(f.pending[i]));
                f.pending.erase(f.pending.begin() + static_cast<std::ptrdiff_t>(i));
            } else {
                ++i;
            }
        }
    }
    for (const unclaimed& u : failed) {
        const process_record& record = the_arena().process(u.record);
        if (record.generation.get() == u.generation && record.state.get() == static_cast<u32>(process_state::forking))
            settle_process(me, u.record, u.generation, 0);
    }
}

}  // namespace kobj::posix::forks
