#include "operation.hpp"

#include "support/eventually.hpp"

#include "posix/arena/transaction.hpp"
#include "posix/process/attach.hpp"

#include <utility>

// Jobs. The survivor and its children have one, in which neither is.

namespace test {

namespace {

const std::vector<std::string> sleeper = {"/bin/sleep", "100"};

kobj::process start_member(const kobj::job& of) {
    return kobj::process::start(sleeper, {.jobs = {of.get()}}).value();
}
void start_two_members(world& w) {
    w.process = start_member(w.job);
    w.process = start_member(w.job);
}
void start_outside(world& w) {
    w.process = kobj::process::start(sleeper).value();
}
part make_job(kobj::job_options options) {
    return [options](world& w) { w.value = kobj::job::create(options).value().detach(); };
}
constexpr kobj::job_options ends_with_handle{.limits = {.kill_on_close = true}};

struct population {
    unsigned members = 0;
    unsigned foreign = 0;  ///< that do not use kobj; here those that children start
    unsigned told = 0;     ///< to end, and not settled yet
};
population count_processes(world& w) {
    using namespace kobj::posix;
    // Settles the dead.
    (void)usage_count(w.gate);
    return transact(enter(), [](transaction&) {
        population all;
        const u32 high = the_arena().header().high_process.get();
        for (u32 p = 1; p < high; ++p) {
            const process_record& record = the_arena().process(p);
            const auto state = process_state{record.state.get()};
            if (state == process_state::free) continue;
            if (record.job.get() != 0) ++all.members;
            if (state == process_state::foreign) ++all.foreign;
            if (record.exit_code.get() != 0) ++all.told;
        }
        return all;
    });
}

bool members_have_ended(world& w) {
    return eventually([&] { return count_processes(w).members == 0; });
}
}  // namespace

bool told_have_ended(world& w) {
    return eventually([&] { return count_processes(w).told == 0; });
}

namespace {

bool all_or_none_have_ended(world& w) {
    const population now = count_processes(w);
    return (now.told == 0 && now.members == 2) || members_have_ended(w);
}
bool job_can_be_ended(world& w) {
    w.job.terminate(9).value();
    return members_have_ended(w);
}
bool has_no_limits(world& w) {
    w.job.set_limits({}).value();
    return !w.job.limits().value().active_processes;
}
verdict name_is_free(const std::string& name) {
    return [name](world&) { return error_of(kobj::job::open(name)) == kobj::errc::file_not_found; };
}
bool only_survivor_has_it(world& w) {
    return usage_count(w.job) == 1;
}

}  // namespace

void add_job_operations(std::vector<operation>& all) {
    const auto add = [&](operation each) { all.push_back(std::move(each)); };

    add({"create a job", make_job({})});
    add({"create a named job", make_job({.name = "step: new job"}), {}, {}, name_is_free("step: new job")});
    add({"create a job that is there", make_job({.name = "step: job"}), {}, {}, only_survivor_has_it});
    add({"create a job that ends with its last handle", make_job(ends_with_handle)});
    add({"open a job",
         [](world& w) { w.value = kobj::job::open("step: job").value().detach(); },
         {},
         {},
         only_survivor_has_it});
    add({"close the last handle to a named job",
         [](world& w) { kobj::close(w.value).value(); },
         make_job({.name = "step: closed job"}),
         {},
         name_is_free("step: closed job")});
    add({"close the last handle to a job that ends with it",
         [](world& w) { kobj::close(w.value).value(); },
         [](world& w) {
             kobj::job own = kobj::job::create(ends_with_handle).value();
             w.process = start_member(own);
             w.process = start_member(own);
             w.value = own.detach();
         },
         {},
         members_have_ended});
    add({"set the limits of a job",
         [](world& w) { w.job.set_limits({.active_processes = 5, .breakaway = true}).value(); },
         {},
         {},
         has_no_limits});
    add({"let a job end with its last handle",
         [](world& w) { kobj::job(kobj::handle(w.value)).set_limits({.kill_on_close = true}).value(); }, make_job({})});
    add({"ask about a job",
         [](world& w) {
             (void)w.job.limits().value();
             (void)w.job.counts().value();
             (void)w.job.process_ids().value();
             (void)w.job.contains(*w.process).value();
         },
         start_two_members,
         {},
         job_can_be_ended});
    add({"assign a process to a job",
         [](world& w) { w.job.assign(*w.process).value(); },
         start_outside,
         {},
         job_can_be_ended});
    add({"assign a process to a job in another one",
         [](world& w) { kobj::job::assign(w.value, w.process->get()).value(); },
         [](world& w) {
             w.process = start_member(w.job);
             w.value = kobj::job::create().value().detach();
         },
         {},
         [](world& w) { return count_processes(w).members == 1 && job_can_be_ended(w); }});
    add({"assign a process to a job that is full",
         [](world& w) { (void)w.job.assign(*w.process); },
         [](world& w) {
             start_outside(w);
             w.job.set_limits({.active_processes = 0}).value();
         },
         {},
         [](world& w) { return has_no_limits(w) && told_have_ended(w) && count_processes(w).members == 0; }});
    add({"start a process in a job", [](world& w) { w.process = start_member(w.job); }, {}, {}, job_can_be_ended});
    add({"start a process in the job of its parent",
         start_outside,
         [](world& w) { kobj::job::assign(w.job.get(), kobj::current_process()).value(); },
         {},
         [](world& w) {
             const population now = count_processes(w);
             return now.members == now.foreign && job_can_be_ended(w);
         }});
    add({"start a process in a job that is full",
         [](world& w) { (void)kobj::process::start(sleeper, {.jobs = {w.job.get()}}); },
         [](world& w) { w.job.set_limits({.active_processes = 0}).value(); },
         {},
         [](world& w) { return has_no_limits(w) && count_processes(w).foreign == 0; }});
    add({"terminate a job",
         [](world& w) { w.job.terminate(7).value(); },
         start_two_members,
         {},
         [](world& w) { return all_or_none_have_ended(w) && job_can_be_ended(w); }});
}

}  // namespace test
