#include "copied_arena.hpp"

// The checker and jobs: see check_damage_test.cpp.

using namespace kobj::posix;
using kobj::posix::check::rule;
using test::copied_arena;
using test::record_of;

namespace {

/// A job in another one with a member, and a job record that was given back.
struct nested_jobs {
    kobj::job outer = kobj::job::create().value();
    kobj::job inner = kobj::job::create().value();
    kobj::process member = kobj::process::start({"/bin/sleep", "1000"}, {.jobs = {outer.get(), inner.get()}}).value();
    nested_jobs() { (void)kobj::job::create().value(); }
    nested_jobs(const nested_jobs&) = delete;
    nested_jobs& operator=(const nested_jobs&) = delete;
    ~nested_jobs() { test::kill_hard(member); }
};

}  // namespace

TEST_CASE("Each kind of damage of jobs is found and said", "[check][job]") {
    const nested_jobs all;
    const kobj::event event = kobj::event::create().value();
    const u32 no_job = record_of(event);
    const u32 outer = record_of(all.outer);
    const u32 inner = record_of(all.inner);
    const u32 around = the_arena().object(outer).account.get();
    const u32 within = the_arena().object(inner).account.get();
    u32 member = 1;
    while (the_arena().process(member).job.get() != inner) ++member;
    const auto free_job = [](copied_arena& c) { return c.header().free_job.get(); };
    constexpr u64 ending = u64{1} << 32U;

    test::check_each({
        {"a member of no object", rule::job, "leads to", [&](auto& c) { c.process(member).job.put(max_objects); }},
        {"a member of an event", rule::job, "the job of", [&](auto& c) { c.process(member).job.put(no_job); }},
        {"a member that nobody counts", rule::reference_count, "", [&](auto& c) { c.process(member).job.put(0); }},
        {"free jobs beyond the end", rule::job, "the list of free jobs leads to",
         [&](auto& c) { c.header().free_job.put(max_jobs); }},
        {"free jobs in a circle", rule::job, "the list of free jobs comes to",
         [&](auto& c) { c.job(free_job(c)).link.put(free_job(c)); }},
        {"a free job in use", rule::job, "is in use, and in the list of free ones",
         [&](auto& c) { c.header().free_job.put(within); }},
        {"free jobs that are lost", rule::job, "not in the list of free ones",
         [&](auto& c) { c.header().free_job.put(0); }},
        {"ending jobs beyond the end", rule::job, "the list of ending jobs leads to",
         [&](auto& c) { c.header().ending_jobs.put(max_jobs); }},
        {"ending jobs in a circle", rule::job, "the list of ending jobs comes to",
         [&](auto& c) {
             c.job(within).ending.put(ending);
             c.job(within).link.put(within);
             c.header().ending_jobs.put(within);
         }},
        {"a free job that is ending", rule::job, "is ending, but it is free",
         [&](auto& c) {
             // Out of the one list, so that the other one has an end.
             const u32 first = free_job(c);
             c.header().free_job.put(c.job(first).link.get());
             c.job(first).link.put(0);
             c.header().ending_jobs.put(first);
         }},
        {"a job to be ended that nobody finds", rule::job, "is to be ended, but is not in the list",
         [&](auto& c) { c.job(within).ending.put(ending); }},
        {"a job that ends without having been told to", rule::job, "is not to be ended, but is in the list",
         [&](auto& c) { c.header().ending_jobs.put(within); }},
        {"a job to be ended that nobody keeps", rule::reference_count, "",
         [&](auto& c) {
             c.job(within).ending.put(ending);
             c.header().ending_jobs.put(within);
         }},
        {"a job of no object", rule::job, "leads to", [&](auto& c) { c.job(within).object.put(max_objects); }},
        {"a job of an event", rule::job, "is said to be that of", [&](auto& c) { c.job(within).object.put(no_job); }},
        {"a job that has the record of another", rule::job, "which is another one's",
         [&](auto& c) { c.object(inner).account.put(around); }},
        {"a job in no object", rule::job, "leads to", [&](auto& c) { c.job(within).parent.put(max_objects); }},
        {"a job in an event", rule::job, "around job", [&](auto& c) { c.job(within).parent.put(no_job); }},
        {"a job in itself", rule::job, "more jobs around job", [&](auto& c) { c.job(around).parent.put(inner); }},
        {"a job in another one that nobody counts", rule::reference_count, "",
         [&](auto& c) { c.job(within).parent.put(0); }},
    });
}
