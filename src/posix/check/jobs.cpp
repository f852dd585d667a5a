#include "posix/check/examination.hpp"
#include "posix/object/job.hpp"

// Jobs: their records, what keeps them, and the list of those whose members are to be ended.
namespace kobj::posix::check {

void examination::member(u32 p) {
    const u32 o = a_.process(p)->job.get();
    if (o == 0) return;
    const auto whose = [&] { return text("the job of {}", describe_process(p)); };
    const object_record* object = live(o, rule::job, p, whose());
    if (object == nullptr) return;
    ++tallies_[o].references;
    if (state::type(object->state.get()) != static_cast<u32>(object_type::job))
        say(rule::job, p, "{} is {}", whose(), describe(o));
}

void examination::jobs() {
    const arena_header& h = a_.header();
    std::vector<bool> is_free(jobs_);
    for (u32 i = h.free_job.get(); i != 0; i = a_.job(i)->link.get()) {
        if (i >= jobs_) return say(rule::job, 0, "the list of free jobs leads to job {}, of {}", i, jobs_);
        if (is_free[i]) return say(rule::job, i, "the list of free jobs comes to job {} twice", i);
        is_free[i] = true;
        if (a_.job(i)->object.get() != 0) say(rule::job, i, "job {} is in use, and in the list of free ones", i);
    }
    std::vector<bool> ending(jobs_);
    for (u32 i = h.ending_jobs.get(); i != 0; i = a_.job(i)->link.get()) {
        if (i >= jobs_) return say(rule::job, 0, "the list of ending jobs leads to job {}, of {}", i, jobs_);
        if (ending[i]) return say(rule::job, i, "the list of ending jobs comes to job {} twice", i);
        ending[i] = true;
    }
    for (u32 i = 1; i < jobs_ && !has_enough(); ++i) {
        const job_record& record = *a_.job(i);
        const u32 o = record.object.get();
        if (o == 0) {
            if (!is_free[i]) say(rule::job, i, "job {} is of no object, and not in the list of free ones", i);
            if (ending[i]) say(rule::job, i, "job {} is ending, but it is free", i);
            continue;
        }
        const object_record* object = live(o, rule::job, i, text("job {}", i));
        if (object == nullptr) continue;
        if (state::type(object->state.get()) != static_cast<u32>(object_type::job) || object->account.get() != i)
            say(rule::job, i, "job {} is said to be that of {}", i, describe(o));
        if ((record.ending.get() != 0) != ending[i])
            say(rule::job, i, "{} is{} to be ended, but is{} in the list of those", describe(o),
                record.ending.get() != 0 ? "" : " not", ending[i] ? "" : " not");
        if (ending[i]) ++tallies_[o].references;
        outer_jobs_of(i);
    }
    for (u32 o = 1; o < objects_ && !has_enough(); ++o) {
        const object_record& object = *a_.object(o);
        if (state::type(object.state.get()) != static_cast<u32>(object_type::job)) continue;
        const u32 i = object.account.get();
        if (i == 0 || i >= jobs_ || a_.job(i)->object.get() != o)
            say(rule::job, number_of(o), "{} has job record {}, which is another one's", describe(o), i);
    }
}

void examination::outer_jobs_of(u32 i) {
    u32 depth = 0;
    for (u32 at = i; a_.job(at)->parent.get() != 0;) {
        const u32 o = a_.job(at)->parent.get();
        const object_record* object = live(o, rule::job, at, text("the job around job {}", at));
        if (object == nullptr) return;
        if (at == i) ++tallies_[o].references;
        at = object->account.get();
        if (state::type(object->state.get()) != static_cast<u32>(object_type::job) || at == 0 || at >= jobs_)
            return say(rule::job, i, "around job {} is {}", i, describe(o));
        if (++depth > job_object::deepest)
            return say(rule::job, i, "there are more jobs around job {} than there can be", i);
    }
}

}  // namespace kobj::posix::check
