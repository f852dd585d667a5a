#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/role.hpp"
#include "support/scratch.hpp"
#include "support/session.hpp"
#include "whole.hpp"

#include <kobj/kobj.hpp>

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "posix/arena/arena.hpp"
#include "posix/os/proc.hpp"

// Jobs whose holders are killed, and who sees to them. Each in a session of its own, in which the test is not.

using namespace std::chrono_literals;

namespace {

/// Gone, or a zombie that nobody has waited for.
bool has_ended(pid_t pid) {
    const auto facts = kobj::posix::os::look_at_process(pid);
    return !facts.exists || facts.ending;
}

std::vector<pid_t> ids_in(const std::string& file) {
    std::istringstream text(test::read_file(file));
    std::vector<pid_t> ids;
    for (pid_t id = 0; text >> id;) ids.push_back(id);
    return ids;
}

/// Waits until so many ids are in the file, each on a line.
std::vector<pid_t> await_ids(const std::string& file, std::size_t count) {
    REQUIRE(test::eventually([&] {
        const std::string text = test::read_file(file);
        return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) >= count;
    }));
    return ids_in(file);
}

void tell(const std::string& file, std::uint32_t id) {
    std::ofstream(file, std::ios::app) << std::to_string(id) + "\n";
}

kobj::job job_to_die_with() {
    return kobj::job::create({.limits = {.kill_on_close = true}}).value();
}

pid_t keeper() {
    kobj::posix::arena& a = kobj::posix::the_arena();
    const auto index = static_cast<kobj::posix::u32>(a.header().keeper.get());
    return index == 0 ? 0 : static_cast<pid_t>(a.process(index).id.get());
}

}  // namespace

// A file for ids: starts a program without kobj, one that starts another one, and a role, all in a job.
ROLE(drive_a_build) {
    const std::string file = args.text(0);
    const kobj::job job = job_to_die_with();
    const kobj::process_options options{.jobs = {job.get()}};
    tell(file, kobj::process::start({"/bin/sleep", "1000"}, options).value().id().value());
    tell(file, kobj::process::start({"/bin/sh", "-c", "sleep 1000 & echo $! >>'" + file + "'; wait"}, options)
                   .value()
                   .id()
                   .value());
    tell(file, test::start_role("stay_in_a_job", {}, options).id().value());
    test::eventually([] { return false; });
    return 0;
}
ROLE(stay_in_a_job) {
    (void)args;
    test::eventually([] { return false; });
    return 0;
}

TEST_CASE("kill -9 of the only process that uses kobj ends what is in its job", "[job][kill]") {
    const test::own_session session;
    const test::scratch_directory scratch;
    const std::string file = scratch.file("ids");
    kobj::process driver = test::start_role("drive_a_build", {file}, session.options());
    const std::vector<pid_t> ids = await_ids(file, 4);
    for (const pid_t id : ids) CHECK_FALSE(has_ended(id));
    test::kill_hard(driver);
    for (const pid_t id : ids) CHECK(test::eventually([&] { return has_ended(id); }));
    // The keeper has left, too.
    CHECK(test::eventually([&] { return !session.exists(); }));
}

// A file: a job to die with, a child in it; then the keeper is killed, and, once there is another one, this process.
ROLE(lose_the_keeper) {
    const std::string file = args.text(0);
    const kobj::job job = job_to_die_with();
    tell(file, kobj::process::start({"/bin/sleep", "1000"}, {.jobs = {job.get()}}).value().id().value());
    const pid_t first = keeper();
    ROLE_CHECK(first != 0);
    ROLE_CHECK(::kill(first, SIGKILL) == 0);
    ROLE_CHECK(test::eventually([&] { return keeper() != 0 && keeper() != first; }));
    ROLE_CHECK(test::damage().empty());
    ::kill(getpid(), SIGKILL);
    return 0;
}

TEST_CASE("A keeper that is killed is replaced", "[job][kill]") {
    const test::own_session session;
    const test::scratch_directory scratch;
    const std::string file = scratch.file("ids");
    CHECK(test::run_role("lose_the_keeper", {file}, session.options()) == 128 + SIGKILL);
    const std::vector<pid_t> ids = await_ids(file, 1);
    CHECK(test::eventually([&] { return has_ended(ids.front()); }));
    CHECK(test::eventually([&] { return !session.exists(); }));
}

// A job, how many: members that start members until they are ended.
ROLE(start_more_in_a_job) {
    for (;;) (void)kobj::process::start(test::role_command("start_more_in_a_job"));
    return static_cast<int>(args.size());
}

TEST_CASE("Members that start members all end", "[job][kill]") {
    for (int round = 0; round < 5; ++round) {
        kobj::job job = kobj::job::create({.limits = {.active_processes = 20}}).value();
        const kobj::process first = test::start_role("start_more_in_a_job", {}, {.jobs = {job.get()}});
        REQUIRE(test::eventually([&] { return job.counts().value().active > 5; }));
        job.terminate(77).value();
        CHECK(test::wait_for_exit(first) == 77);
        CHECK(test::eventually([&] { return job.counts().value().active == 0; }));
        CHECK(test::damage() == "");
    }
}

TEST_CASE("A forked child is a member of its parent's job", "[job]") {
    kobj::job job = kobj::job::create().value();
    const kobj::process child = test::start_role("fork_in_a_job", {}, {.jobs = {job.get()}});
    CHECK(test::eventually([&] { return job.counts().value().active == 2; }));
    job.terminate(1).value();
    CHECK(test::wait_for_exit(child) == 1);
    CHECK(test::eventually([&] { return job.counts().value().active == 0; }));
}
ROLE(fork_in_a_job) {
    (void)args;
    (void)fork();
    test::eventually([] { return false; });
    return 0;
}
