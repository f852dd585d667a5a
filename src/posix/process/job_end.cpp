#include "posix/process/job_end.hpp"

#include <unistd.h>

#include <algorithm>
#include <vector>

#include "posix/arena/transaction.hpp"
#include "posix/object/job.hpp"
#include "posix/object/object.hpp"
#include "posix/os/descendants.hpp"
#include "posix/os/exit_status.hpp"
#include "posix/os/proc.hpp"
#include "posix/process/process_object.hpp"

namespace kobj::posix {

namespace {

struct member {
    u32 index;
    u32 generation;
    pid_t pid;
    friend bool operator==(const member&, const member&) = default;
};

std::vector<member> members_of(u32 job) {
    std::vector<member> all;
    arena& a = the_arena();
    const u32 high = a.header().high_process.get();
    for (u32 p = 1; p < high; ++p) {
        const process_record& record = a.process(p);
        if (job_object::has_member(job, p))
            all.push_back({p, record.generation.get(), static_cast<pid_t>(record.id.get())});
    }
    return all;
}

// The code comes first: whoever finds a member dead finds it there, and one that does not run yet ends by itself.
std::vector<member> give_code(transaction& tx, u32 job, u64 code) {
    std::vector<member> all = members_of(job);
    for (const member& each : all) {
        word64& given = the_arena().process(each.index).exit_code;
        if (given.get() == 0) tx.set(given, code);
        if (tx.is_long()) tx.checkpoint();
    }
    return all;
}

/// Other processes of the session that run: what they start is theirs.
std::vector<pid_t> ids_of_session() {
    std::vector<pid_t> ids;
    arena& a = the_arena();
    const u32 high = a.header().high_process.get();
    for (u32 p = 1; p < high; ++p)
        if (a.process(p).state.get() != static_cast<u32>(process_state::free) && a.process(p).id.get() != 0)
            ids.push_back(static_cast<pid_t>(a.process(p).id.get()));
    return ids;
}

/// A descriptor of the process if it is the one of that record still.
os::descriptor reach(const member& each) {
    const process_record& record = the_arena().process(each.index);
    os::descriptor found = os::open_pidfd(each.pid);
    const u64 start = record.start_time.get();
    if (!found || record.generation.get() != each.generation ||
        (start != 0 && os::look_at_process(each.pid).start_time != start))
        return {};
    return found;
}

// Parents first: who has been killed starts nothing any more.
void kill_all(const std::vector<member>& members) {
    std::vector<pid_t> ids;
    std::vector<os::descriptor> reached;
    for (const member& each : members) {
        const bool self = each.pid == getpid();
        os::descriptor found = each.pid == 0 || self ? os::descriptor() : reach(each);
        if (found || self) ids.push_back(each.pid);
        if (found) reached.push_back(std::move(found));
    }
    if (ids.empty()) return;
    const std::vector<os::descriptor> theirs = os::descendants_of(ids, ids_of_session());
    for (const os::descriptor& each : reached) os::kill_process(each.get());
    for (const os::descriptor& each : theirs) os::kill_process(each.get());
}

/// True when the job is through. `me_too`: the caller is a member.
bool end_members(const context& me, u32 job, u32 generation, bool& me_too) {
    arena& a = the_arena();
    arena_header& h = a.header();
    const auto is_it = [&] {
        return state::generation(a.object(job).state.get()) == generation &&
               job_object::record_of(job).ending.get() != 0;
    };
    const auto reached = transact(me, [&](transaction& tx) {
        return is_it() ? give_code(tx, job, job_object::record_of(job).ending.get()) : std::vector<member>{};
    });
    kill_all(reached);
    return transact(me, [&](transaction& tx) {
        if (!is_it()) return true;
        // Who came meanwhile: not one that does not run yet, which finds the code.
        for (const member& each : members_of(job))
            if (each.pid != 0 && std::find(reached.begin(), reached.end(), each) == reached.end()) return false;
        for (const member& each : reached) me_too = me_too || each.index == me.process;
        job_record& record = job_object::record_of(job);
        word32* link = &h.ending_jobs;
        const u32 index = a.object(job).account.get();
        for (u32 steps = 0; link->get() != index; link = &a.job(link->get()).link)
            if (link->get() == 0 || ++steps > max_jobs) fail_corrupt("the list of jobs that are ending");
        tx.set(*link, record.link.get());
        tx.set(record.ending, 0);
        drop_reference(tx, a.object(job));
        return true;
    });
}

}  // namespace

void end_listed_jobs(const context& me) {
    arena& a = the_arena();
    bool me_too = false;
    while (const u32 index = a.header().ending_jobs.get()) {
        const u32 job = a.job(index).object.get();
        if (job == 0) {
            if (a.header().ending_jobs.get() == index) fail_corrupt("the list of jobs that are ending");
            continue;
        }
        const u32 generation = state::generation(a.object(job).state.get());
        while (!end_members(me, job, generation, me_too)) {
        }
    }
    // One that is on its way out goes on.
    const process_record& own = a.process(me.process);
    if (me_too && own.state.get() != static_cast<u32>(process_state::detached)) end_this_process(own);
}

void kill_process(const context& me, const object_record& object) {
    const u32 index = running_process(object);
    if (index == 0) return;
    const process_record& record = the_arena().process(index);
    if (index == me.process) end_this_process(record);
    const member it{index, record.generation.get(), static_cast<pid_t>(record.id.get())};
    if (const os::descriptor found = reach(it); found) os::kill_process(found.get());
}

void end_condemned_processes(const context& me) {
    arena& a = the_arena();
    const u32 high = a.header().high_process.get();
    for (u32 p = 1; p < high; ++p) {
        const process_record& record = a.process(p);
        const member it{p, record.generation.get(), static_cast<pid_t>(record.id.get())};
        if (!is_condemned(record.exit_code.get()) || it.pid == 0 ||
            record.state.get() == static_cast<u32>(process_state::free))
            continue;
        // What is seen without the lock may be undone.
        const auto is_told = [&] {
            return record.generation.get() == it.generation && is_condemned(record.exit_code.get());
        };
        if (!transact(me, [&](transaction&) { return is_told(); })) continue;
        if (p == me.process) {
            // One that is on its way out goes on.
            if (record.state.get() != static_cast<u32>(process_state::detached)) end_this_process(record);
        } else if (const os::descriptor found = reach(it); found) {
            os::kill_process(found.get());
        }
    }
}

bool is_to_end(const process_record& process) {
    return process.exit_code.get() != 0;
}

void end_this_process(const process_record& own) {
    _exit(static_cast<int>(own.exit_code.get() & 0xFF));
}

}  // namespace kobj::posix
