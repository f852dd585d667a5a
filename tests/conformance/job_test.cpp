#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/platform.hpp"
#include "support/role.hpp"
#include "support/scratch.hpp"
#include "support/state.hpp"

#include <kobj/kobj.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <vector>

using namespace std::chrono_literals;
using kobj::errc;
using kobj::job;
using kobj::wait_status;
using test::error_of;
using test::usage_count;

namespace {

kobj::process start_sleeper(std::vector<kobj::handle_value> jobs = {}) {
    return test::start_role("sleep_as_member", {}, {.jobs = std::move(jobs)});
}
bool runs(const kobj::process& child) {
    return child.wait(0s).value() == wait_status::timed_out;
}
bool has(const job& j, const kobj::process& child) {
    const std::vector<std::uint32_t> ids = j.process_ids().value();
    return std::count(ids.begin(), ids.end(), child.id().value()) == 1;
}

}  // namespace

ROLE(sleep_as_member) {
    test::eventually([] { return false; });
    return 3;
}

TEST_CASE("A job is unnamed, or has a name as other objects have", "[job][named]") {
    const job unnamed = job::create().value();
    CHECK_FALSE(unnamed.existed());
    CHECK(usage_count(unnamed) == 1);
    const std::string name = test::unique_name("job");
    CHECK(error_of(job::open(name)) == errc::file_not_found);
    job made = job::create({.name = name}).value();
    CHECK_FALSE(made.existed());
    CHECK(job::create({.name = name}).value().existed());
    job opened = job::open(name).value();
    CHECK(opened.existed());
    CHECK(kobj::same_object(opened.get(), made.get()).value());
    CHECK(error_of(kobj::event::create({.name = name})) == errc::invalid_handle);
    CHECK(error_of(kobj::mutex::open(name)) == errc::invalid_handle);
    REQUIRE(made.close());
    CHECK(job::open(name).has_value());
    REQUIRE(opened.close());
    CHECK(error_of(job::open(name)) == errc::file_not_found);
}

TEST_CASE("A job that is there keeps its own limits", "[job][named]") {
    const std::string name = test::unique_name("job");
    const job made = job::create({.name = name, .limits = {.breakaway = true}}).value();
    const job again = job::create({.name = name, .limits = {.kill_on_close = true}}).value();
    CHECK(again.existed());
    if (test::on_wine()) return;  // does not tell the limits
    CHECK(again.limits().value().breakaway);
    CHECK_FALSE(again.limits().value().kill_on_close);
}

TEST_CASE("Limits are set and told, each for itself", "[job]") {
    job j = job::create().value();
    const kobj::job_limits none = j.limits().value();
    CHECK_FALSE((none.kill_on_close || none.breakaway || none.silent_breakaway || none.active_processes));
    if (test::on_wine()) return;  // does not tell them
    REQUIRE(j.set_limits({.kill_on_close = true, .silent_breakaway = true}));
    CHECK(j.limits().value().kill_on_close);
    CHECK(j.limits().value().silent_breakaway);
    CHECK_FALSE(j.limits().value().breakaway);
    REQUIRE(j.set_limits({.breakaway = true}));
    CHECK_FALSE(j.limits().value().kill_on_close);
    CHECK(j.limits().value().breakaway);
    REQUIRE(j.set_limits({.active_processes = 5}));
    CHECK(j.limits().value().active_processes == 5U);
    CHECK_FALSE(j.limits().value().breakaway);
}

TEST_CASE("Members are put into a job, counted, and ended together", "[job]") {
    job j = job::create().value();
    kobj::process a = start_sleeper();
    const kobj::process b = start_sleeper();
    const kobj::process outside = start_sleeper();
    CHECK_FALSE(j.contains(a).value());
    REQUIRE(j.assign(a));
    REQUIRE(j.assign(b));
    REQUIRE(j.assign(b));
    CHECK(j.contains(a).value());
    CHECK(job::contains({}, b.get()).value());
    CHECK_FALSE(j.contains(outside).value());
    CHECK((has(j, a) && has(j, b) && !has(j, outside)));
    CHECK(j.counts().value().active == 2);
    CHECK(j.counts().value().total == 2);
    test::kill_hard(a, 5);
    CHECK(test::eventually([&] { return j.counts().value().active == 1; }));
    CHECK(j.counts().value().total == 2);
    CHECK(error_of(j.assign(a)) == errc::access_denied);
    REQUIRE(j.terminate(77));
    CHECK(test::wait_for_exit(b) == 77);
    CHECK(runs(outside));
    CHECK(test::eventually([&] { return j.process_ids().value().empty(); }));
    CHECK(j.counts().value().terminated == 0);
    // It has none now, and lives on.
    REQUIRE(j.terminate(78));
    REQUIRE(j.assign(outside));
    REQUIRE(j.terminate(79));
    CHECK(test::wait_for_exit(outside) == 79);
}

TEST_CASE("The last handle ends all members if that is asked for, and only then", "[job]") {
    job deadly = job::create({.limits = {.kill_on_close = true}}).value();
    job harmless = job::create().value();
    const kobj::process a = start_sleeper({deadly.get()});
    kobj::process b = start_sleeper({harmless.get()});
    CHECK(deadly.contains(a).value());
    CHECK(harmless.contains(b).value());
    job copy = deadly.duplicate().value();
    REQUIRE(deadly.close());
    CHECK(runs(a));
    REQUIRE(copy.close());
    (void)test::wait_for_exit(a);
    REQUIRE(harmless.close());
    CHECK(runs(b));
    test::kill_hard(b);
}

ROLE(hold_job) {
    const auto own = args.adopt<job>(0);
    args.adopt<kobj::event>(1).set().value();
    test::eventually([] { return false; });
    return 1;
}

TEST_CASE("Who has the last handle to a job may be killed: the members end all the same", "[job][kill]") {
    job j = job::create({.inheritable = true, .limits = {.kill_on_close = true}}).value();
    kobj::event ready = kobj::event::create({.inheritable = true}).value();
    const kobj::process member = start_sleeper({j.get()});
    kobj::process holder = test::start_role("hold_job", {j, ready});
    REQUIRE(ready.wait());
    REQUIRE(j.close());
    CHECK(runs(member));
    test::kill_hard(holder);
    (void)test::wait_for_exit(member);
}

ROLE(start_as_member) {
    const kobj::process child = start_sleeper();
    auto own = args.adopt<job>(0);
    const bool member = own.contains(child).value();
    ROLE_CHECK(own.terminate(member ? 50 : 51));
    test::eventually([] { return false; });
    return 1;
}

TEST_CASE("What a member starts is a member, and a member may end its own job", "[job]") {
    const job j = job::create({.inheritable = true}).value();
    CHECK(test::run_role("start_as_member", {j}, {.inherit = kobj::inherit::all, .jobs = {j.get()}}) == 50);
    CHECK(j.counts().value().total == 2);
    CHECK(test::eventually([&] { return j.counts().value().active == 0; }));
}

TEST_CASE("Jobs are nested", "[job]") {
    job outer = job::create().value();
    job inner = job::create().value();
    const kobj::process child = start_sleeper({outer.get(), inner.get()});
    CHECK(outer.contains(child).value());
    CHECK(inner.contains(child).value());
    CHECK((has(outer, child) && has(inner, child)));
    const kobj::process beside = start_sleeper({outer.get()});
    CHECK_FALSE(inner.contains(beside).value());
    REQUIRE(inner.terminate(5));
    CHECK(test::wait_for_exit(child) == 5);
    CHECK(runs(beside));
    REQUIRE(outer.terminate(6));
    CHECK(test::wait_for_exit(beside) == 6);
}

TEST_CASE("Jobs that are not nested do not share a member", "[job]") {
    job first = job::create().value();
    job second = job::create().value();
    kobj::process a = start_sleeper({first.get()});
    kobj::process b = start_sleeper({second.get()});
    CHECK(error_of(second.assign(a)) == errc::access_denied);
    CHECK(first.contains(a).value());
    CHECK_FALSE(second.contains(a).value());
    CHECK(second.counts().value().active == 1);
    test::kill_hard(a);
    test::kill_hard(b);
}

TEST_CASE("A job has no more members than it may", "[job]") {
    if (test::on_wine()) return;  // has no limit
    job j = job::create({.limits = {.active_processes = 1}}).value();
    kobj::process only = start_sleeper({j.get()});
    const kobj::process more = start_sleeper();
    CHECK(error_of(j.assign(more)) == errc::not_enough_quota);
    (void)test::wait_for_exit(more);
    CHECK(error_of(kobj::process::start(test::role_command("sleep_as_member"), {.jobs = {j.get()}})) ==
          errc::not_enough_quota);
    CHECK(j.counts().value().active == 1);
    CHECK(j.counts().value().total == 3);
    test::kill_hard(only);
    REQUIRE(test::eventually([&] { return j.counts().value().active == 0; }));
    kobj::process next = start_sleeper({j.get()});
    CHECK(j.contains(next).value());
    test::kill_hard(next);
}

ROLE(leave_job) {
    kobj::process child =
        kobj::process::start(test::role_command("sleep_as_member"), {.break_away = args.number(1) != 0}).value();
    const bool member = args.adopt<job>(0).contains(child).value();
    test::kill_hard(child);
    return member ? 60 : 61;
}
ROLE(fail_to_leave_job) {
    (void)args;
    const auto child = kobj::process::start(test::role_command("sleep_as_member"), {.break_away = true});
    return child || child.error() != errc::access_denied ? 1 : 62;
}

TEST_CASE("A member starts one that is none, where its job lets it", "[job]") {
    const auto run = [](const kobj::job_limits& limits, std::string_view role, int away) {
        const job j = job::create({.inheritable = true, .limits = limits}).value();
        return test::run_role(role, {j, away}, {.inherit = kobj::inherit::all, .jobs = {j.get()}});
    };
    CHECK(run({}, "leave_job", 0) == 60);
    CHECK(run({}, "fail_to_leave_job", 0) == 62);
    CHECK(run({.breakaway = true}, "leave_job", 0) == 60);
    CHECK(run({.breakaway = true}, "leave_job", 1) == 61);
    CHECK(run({.silent_breakaway = true}, "leave_job", 0) == 61);
}

TEST_CASE("What is no job, and rights that a handle does not have", "[job][error]") {
    const std::string name = test::unique_name("job");
    const job all = job::create({.name = name}).value();
    const kobj::event event = kobj::event::create().value();
    kobj::process child = start_sleeper();
    CHECK(error_of(job::assign({}, child.get())) == errc::invalid_handle);
    CHECK(error_of(job::assign(event.get(), child.get())) == errc::invalid_handle);
    CHECK(error_of(job::assign(all.get(), event.get())) == errc::invalid_handle);
    CHECK(error_of(job::assign(all.get(), {})) == errc::invalid_handle);
    CHECK(error_of(job::terminate({}, 1)) == errc::invalid_handle);
    CHECK(error_of(job::terminate(event.get(), 1)) == errc::invalid_handle);
    CHECK(error_of(job::contains(event.get(), child.get())) == errc::invalid_handle);
    CHECK(error_of(job().limits()) == errc::invalid_handle);
    CHECK(error_of(job().counts()) == errc::invalid_handle);
    CHECK(error_of(job().process_ids()) == errc::invalid_handle);
    job query = job::open(name, {.access = kobj::access::job_query}).value();
    CHECK(error_of(query.assign(child)) == errc::access_denied);
    CHECK(error_of(query.terminate(1)) == errc::access_denied);
    CHECK(error_of(query.set_limits({.kill_on_close = true})) == errc::access_denied);
    CHECK_FALSE(query.contains(child).value());
    const job assign = job::open(name, {.access = kobj::access::job_assign_process}).value();
    CHECK(error_of(assign.counts()) == errc::access_denied);
    if (!test::on_wine()) CHECK(error_of(assign.limits()) == errc::access_denied);  // says that there are none
    CHECK(error_of(assign.process_ids()) == errc::access_denied);
    CHECK(runs(child));
    CHECK_FALSE(all.limits().value().kill_on_close);
    test::kill_hard(child);
}

TEST_CASE("A job is no object to wait for", "[job][error]") {
    // On Windows it is signaled when a time limit of its own has passed; kobj has none of these.
    const job j = job::create().value();
    CHECK(kobj::wait(j.get(), 0s).value() == wait_status::timed_out);
}
