#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/role.hpp"
#include "support/scratch.hpp"
#include "support/shared.hpp"
#include "support/state.hpp"

#include <kobj/kobj.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

using namespace std::chrono_literals;
using kobj::errc;
using kobj::wait_status;
using test::error_of;
using test::probe;
using test::seen;
using test::usage_count;

namespace {

struct stage {
    std::atomic<int> step;
    std::atomic<int> done;
    std::atomic<std::uint32_t> id;
    std::atomic<std::uint32_t> thread_id;
};

// Runs the body in a forked child, which ends by _exit with what the body returns.
template <class Body>
pid_t fork_child(Body&& body) {
    const pid_t child = fork();
    if (child < 0) throw std::runtime_error("fork");
    if (child == 0) {
        int code = 98;
        try {
            code = body();
        } catch (...) {
        }
        _exit(code);
    }
    return child;
}

int exit_status(pid_t child) {
    int status = 0;
    if (waitpid(child, &status, 0) != child) throw std::runtime_error("waitpid");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

TEST_CASE("A forked child has its own record and a copy of the table", "[fork]") {
    const test::shared<stage> shared;
    const kobj::mutex gate = kobj::mutex::create({.inheritable = true}).value();
    const kobj::mutex plain = kobj::mutex::create({.access = kobj::access::synchronize}).value();
    const auto before = test::table();
    const pid_t child = fork_child([&] {
        shared->id = kobj::process::current_id();
        shared->thread_id = kobj::thread::current_id();
        const auto mine = test::table();
        if (mine.size() != before.size()) return 1;
        for (std::size_t i = 0; i < mine.size(); ++i) {
            if (mine[i].value != before[i].value || mine[i].access != before[i].access) return 2;
            if (mine[i].flags != before[i].flags || mine[i].type != before[i].type) return 3;
        }
        if (kobj::process::current().id().value() != kobj::process::current_id()) return 4;
        if (usage_count(gate) != 2 || usage_count(plain) != 2) return 5;
        shared->done = 1;
        return test::eventually([&] { return shared->step == 1; }) ? 0 : 6;
    });
    REQUIRE(test::eventually([&] { return shared->done == 1; }));
    CHECK(shared->id == static_cast<std::uint32_t>(child));
    CHECK(shared->thread_id == static_cast<std::uint32_t>(child));
    CHECK(usage_count(gate) == 2);
    CHECK(usage_count(plain) == 2);
    {
        const auto process = kobj::process::open(shared->id).value();
        CHECK(process.exit_code().value() == kobj::still_active);
        CHECK_FALSE(kobj::same_object(process.get(), kobj::current_process()).value());
        shared->step = 1;
        CHECK(process.wait(test::patience()).value() == wait_status::signaled);
    }
    CHECK(exit_status(child) == 0);
    CHECK(usage_count(gate) == 1);
    CHECK(usage_count(plain) == 1);
    CHECK(test::table() == before);
}

TEST_CASE("A forked child owns no mutex", "[fork][mutex]") {
    const test::shared<stage> shared;
    kobj::mutex gate = kobj::mutex::create({.initially_owned = true}).value();
    gate.acquire().value();
    const pid_t child = fork_child([&] {
        if (error_of(gate.release()) != errc::not_owner) return 1;
        if (gate.acquire(0s).value() != wait_status::timed_out) return 2;
        shared->done = 1;
        if (gate.acquire(test::patience()).value() != wait_status::signaled) return 3;
        if (!gate.release()) return 4;
        return error_of(gate.release()) == errc::not_owner ? 0 : 5;
    });
    REQUIRE(test::eventually([&] { return shared->done == 1; }));
    CHECK(probe(gate) == seen::owned);
    REQUIRE(gate.release());
    CHECK(probe(gate) == seen::owned);
    REQUIRE(gate.release());
    CHECK(exit_status(child) == 0);
    CHECK(probe(gate) == seen::free);
}

TEST_CASE("A forked child that ends holding a mutex abandons it", "[fork][mutex]") {
    kobj::mutex gate = kobj::mutex::create().value();
    const pid_t child = fork_child([&] { return gate.acquire().value() == wait_status::signaled ? 0 : 1; });
    CHECK(exit_status(child) == 0);
    CHECK(gate.acquire(test::patience()).value() == wait_status::abandoned);
    REQUIRE(gate.release());
    CHECK(probe(gate) == seen::free);
    CHECK(usage_count(gate) == 1);
}

TEST_CASE("The end of a forked child does not abandon what its parent owns", "[fork][mutex]") {
    kobj::mutex gate = kobj::mutex::create({.initially_owned = true}).value();
    CHECK(exit_status(fork_child([] { return 0; })) == 0);
    CHECK(exit_status(fork_child([] { return kobj::thread::current_id() == 0; })) == 0);
    CHECK(probe(gate) == seen::owned);
    REQUIRE(gate.release());
    CHECK(probe(gate) == seen::free);
}

TEST_CASE("The tables of parent and forked child are apart", "[fork]") {
    const test::shared<stage> shared;
    kobj::mutex gate = kobj::mutex::create().value();
    kobj::mutex witness = gate.duplicate().value();
    const pid_t child = fork_child([&] {
        if (!test::eventually([&] { return shared->step == 1; })) return 1;
        if (usage_count(gate) != 3) return 2;
        if (gate.acquire(0s).value() != wait_status::signaled || !gate.release()) return 3;
        if (!witness.close()) return 4;
        return usage_count(gate) == 2 ? 0 : 5;
    });
    REQUIRE(gate.close());
    shared->step = 1;
    CHECK(exit_status(child) == 0);
    CHECK(usage_count(witness) == 1);
}

TEST_CASE("A name is free after parent and forked child have let go", "[fork][named]") {
    const test::shared<stage> shared;
    const std::string name = test::unique_name("fork");
    kobj::mutex gate = kobj::mutex::create({.name = name}).value();
    const pid_t child = fork_child([&] { return test::eventually([&] { return shared->step == 1; }) ? 0 : 1; });
    REQUIRE(gate.close());
    CHECK(kobj::mutex::open(name).has_value());
    shared->step = 1;
    CHECK(exit_status(child) == 0);
    CHECK(error_of(kobj::mutex::open(name)) == errc::file_not_found);
}

TEST_CASE("A forked child forks, and starts children, in turn", "[fork]") {
    const test::shared<stage> shared;
    const kobj::mutex gate = kobj::mutex::create({.inheritable = true}).value();
    const pid_t child = fork_child([&] {
        const pid_t grandchild = fork_child([&] { return usage_count(gate) == 3 ? 0 : 1; });
        if (exit_status(grandchild) != 0) return 1;
        return static_cast<int>(test::run_role("posix_count", {gate}));
    });
    CHECK(exit_status(child) == 3);
    CHECK(usage_count(gate) == 1);
}

ROLE(posix_count) {
    return static_cast<int>(test::usage_count(args.handle(0)));
}

TEST_CASE("A fork from another thread makes that thread the child's only one", "[fork]") {
    kobj::mutex gate = kobj::mutex::create({.initially_owned = true}).value();
    int status = -1;
    std::thread([&] {
        kobj::mutex own = kobj::mutex::create({.initially_owned = true}).value();
        const pid_t child = fork_child([&] {
            if (kobj::thread::current_id() != static_cast<std::uint32_t>(gettid())) return 1;
            if (error_of(own.release()) != errc::not_owner) return 2;
            return gate.acquire(0s).value() == wait_status::timed_out ? 0 : 3;
        });
        status = exit_status(child);
    }).join();
    CHECK(status == 0);
    REQUIRE(gate.release());
}

TEST_CASE("A forked child works while threads of its parent were inside kobj", "[fork]") {
    std::atomic<bool> leave{false};
    const kobj::mutex gate = kobj::mutex::create().value();
    std::thread busy([&] {
        while (!leave) {
            kobj::mutex other = kobj::mutex::create({.name = test::unique_name("busy")}).value();
            other.acquire().value();
            const auto copy = gate.duplicate().value();
            other.release().value();
        }
    });
    int wrong = 0;
    for (int i = 0; i < 50; ++i) {
        const pid_t child = fork_child([&] {
            for (int k = 0; k < 5; ++k) {
                kobj::mutex mine = kobj::mutex::create({.name = test::unique_name("child")}).value();
                mine.acquire().value();
                mine.release().value();
            }
            return 0;
        });
        wrong += exit_status(child) != 0;
    }
    leave = true;
    busy.join();
    CHECK(wrong == 0);
    CHECK(usage_count(gate) == 1);
    CHECK(probe(gate) == seen::free);
}
