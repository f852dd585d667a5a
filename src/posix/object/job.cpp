#include "posix/object/job.hpp"

#include <kobj/handle.hpp>

#include <algorithm>

#include "posix/fail.hpp"
#include "posix/object/object.hpp"

namespace kobj::posix::job_object {

namespace {

// Calls `look` for each job of the chain, from the inside to the outside, until it says false.
template <class F>
void for_chain(u32 job, F&& look) {
    for (u32 steps = 0; job != 0; job = parent_of(job)) {
        if (++steps > deepest) fail_corrupt("a chain of jobs");
        if (!look(job)) return;
    }
}

u32 depth_of(u32 job) {
    u32 depth = 0;
    for_chain(job, [&](u32) { return ++depth, true; });
    return depth;
}

bool is_full(u32 job) {
    const job_record& record = record_of(job);
    return (record.limits.get() & limit_active_process) != 0 && count_members(job) >= record.active_limit.get();
}

// Of the jobs from `inner` to in front of `outer`.
void count_in(transaction& tx, u32 inner, u32 outer, bool refused) {
    for_chain(inner, [&](u32 job) {
        if (job == outer) return false;
        job_record& record = record_of(job);
        tx.set(record.total, record.total.get() + 1);
        if (refused) tx.set(record.terminated, record.terminated.get() + 1);
        return true;
    });
}

void add_member(transaction& tx, u32 process, u32 job) {
    process_record& member = the_arena().process(process);
    const u32 before = member.job.get();
    add_reference(tx, the_arena().object(job));
    count_in(tx, job, before, false);
    tx.set(member.job, job);
    // Which the inner job keeps from now on.
    if (before != 0) drop_reference(tx, the_arena().object(before));
    // Ended with the others.
    for_chain(job, [&](u32 each) {
        const u64 ending = record_of(each).ending.get();
        if (ending != 0 && member.exit_code.get() == 0) tx.set(member.exit_code, ending);
        return ending == 0;
    });
}

joining enter(transaction& tx, u32 process, u32 job) {
    const u32 before = the_arena().process(process).job.get();
    bool full = false;
    for_chain(job, [&](u32 each) { return each != before && !(full = is_full(each)); });
    if (full) {
        count_in(tx, job, before, true);
        return joining::full;
    }
    add_member(tx, process, job);
    return joining::joined;
}

bool has_inner_job(u32 job) {
    const u32 high = the_arena().header().high_job.get();
    for (u32 i = 1; i < high; ++i) {
        const job_record& record = the_arena().job(i);
        if (record.object.get() != 0 && record.parent.get() == job) return true;
    }
    return false;
}

}  // namespace

u32 make(transaction& tx) {
    arena& a = the_arena();
    arena_header& h = a.header();
    u32 index = h.free_job.get();
    if (index != 0) {
        tx.set(h.free_job, a.job(index).link.get());
    } else {
        index = std::max(h.high_job.get(), 1U);
        if (index >= a.capacity(region::jobs)) throw needs_room{region::jobs, index};
        tx.set(h.high_job, index + 1);
    }
    const u32 object = make_object(tx, type_number(object_type::job), 0, 0, 0);
    job_record& record = a.job(index);
    if (record.object.get() != 0) fail_corrupt("the list of free jobs");
    // A free record: only its link and whose it is need to be found as they were.
    record.parent.put(0);
    record.limits.put(0);
    record.active_limit.put(0);
    record.total.put(0);
    record.terminated.put(0);
    record.ending.put(0);
    record.kernel_time.put(0);
    record.user_time.put(0);
    tx.set(record.object, object);
    a.object(object).account.put(index);
    return object;
}

void dispose(transaction& tx, object_record& job) {
    arena_header& h = the_arena().header();
    const u32 index = job.account.get();
    job_record& record = the_arena().job(index);
    const u32 parent = record.parent.get();
    tx.set(record.object, 0);
    tx.set(record.link, h.free_job.get());
    tx.set(h.free_job, index);
    if (parent != 0) drop_reference(tx, the_arena().object(parent));
}

job_record& record_of(u32 job) {
    arena& a = the_arena();
    const object_record& object = a.object(job);
    if (state::type(object.state.get()) != type_number(object_type::job)) fail_corrupt("a job");
    job_record& record = a.job(object.account.get());
    if (record.object.get() != job) fail_corrupt("a job");
    return record;
}

u32 parent_of(u32 job) {
    return record_of(job).parent.get();
}

bool is_in_chain(u32 chain, u32 job) {
    bool found = false;
    for_chain(chain, [&](u32 each) { return !(found = each == job); });
    return found;
}

bool has_member(u32 job, u32 process) {
    const process_record& record = the_arena().process(process);
    return record.state.get() != static_cast<u32>(process_state::free) && is_in_chain(record.job.get(), job);
}

u32 count_members(u32 job) {
    u32 count = 0;
    const u32 high = the_arena().header().high_process.get();
    for (u32 p = 1; p < high; ++p) count += has_member(job, p) ? 1U : 0U;
    return count;
}

std::vector<u32> ids_of_members(u32 job) {
    std::vector<u32> ids;
    arena& a = the_arena();
    const u32 high = a.header().high_process.get();
    for (u32 p = 1; p < high; ++p)
        if (has_member(job, p) && a.process(p).id.get() != 0) ids.push_back(a.process(p).id.get());
    return ids;
}

bool is_limited(u32 chain) {
    bool found = false;
    for_chain(chain, [&](u32 job) { return !(found = (record_of(job).limits.get() & limit_active_process) != 0); });
    return found;
}

joining join(transaction& tx, u32 process, u32 job) {
    const u32 before = the_arena().process(process).job.get();
    if (before == job) return joining::is_member;
    const u32 around = parent_of(job);
    if (before == 0 ? around != 0 : !is_in_chain(job, before)) {
        // Each job has a part of the members of the one around it: it finds its place with its first member.
        if (before == 0 || around != 0 || is_in_chain(before, job) || count_members(job) != 0 || has_inner_job(job))
            return joining::refused;
        if (depth_of(before) >= deepest) fail(errc::no_system_resources, "more than {} nested jobs", deepest);
        tx.set(record_of(job).parent, before);
        add_reference(tx, the_arena().object(before));
        const joining answer = enter(tx, process, job);
        if (answer == joining::full) {
            tx.set(record_of(job).parent, 0);
            drop_reference(tx, the_arena().object(before));
        }
        return answer;
    }
    return enter(tx, process, job);
}

joining begin_in(transaction& tx, u32 process, u32 job) {
    return job == 0 ? joining::joined : enter(tx, process, job);
}

void join_anyway(transaction& tx, u32 process, u32 job) {
    if (job != 0) add_member(tx, process, job);
}

void leave(transaction& tx, u32 process, u64 kernel_time, u64 user_time) {
    process_record& member = the_arena().process(process);
    const u32 innermost = member.job.get();
    if (innermost == 0) return;
    for_chain(innermost, [&](u32 job) {
        job_record& record = record_of(job);
        tx.set(record.kernel_time, record.kernel_time.get() + kernel_time);
        tx.set(record.user_time, record.user_time.get() + user_time);
        return true;
    });
    tx.set(member.job, 0);
    drop_reference(tx, the_arena().object(innermost));
}

void request_end(transaction& tx, u32 job, u32 code) {
    arena_header& h = the_arena().header();
    job_record& record = record_of(job);
    if (record.ending.get() != 0) return;
    tx.set(record.ending, u64{1} << 32U | code);
    tx.set(record.link, h.ending_jobs.get());
    tx.set(h.ending_jobs, the_arena().object(job).account.get());
    add_reference(tx, the_arena().object(job));
}

void last_handle_closed(transaction& tx, object_record& job) {
    const u32 index = the_arena().index_of(job);
    // Who keeps it are members and inner jobs.
    if ((record_of(index).limits.get() & kill_on_close) != 0 && job.references.get() != 0) request_end(tx, index, 0);
}

u32 job_of_child(u32 parents, bool asks_to_break_away) {
    u32 found = parents;
    for_chain(parents, [&](u32 job) {
        const u32 limits = record_of(job).limits.get();
        const bool leaves = (limits & silent_breakaway_ok) != 0 || (asks_to_break_away && (limits & breakaway_ok) != 0);
        if (leaves) found = parent_of(job);
        return leaves;
    });
    if (asks_to_break_away && parents != 0 && found == parents)
        fail(errc::access_denied, "the job of the process does not let its children leave it");
    return found;
}

}  // namespace kobj::posix::job_object
