#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/role.hpp"
#include "support/session.hpp"
#include "support/shared.hpp"

#include "posix/arena/transaction.hpp"
#include "posix/handle/target.hpp"
#include "posix/process/attach.hpp"
#include "posix/process/process_object.hpp"

#include <kobj/kobj.hpp>

#include <atomic>
#include <filesystem>
#include <string>
#include <vector>

#include <signal.h>
#include <unistd.h>

using namespace kobj::posix;

namespace {

struct steps {
    std::atomic<bool> go, is_half;
};

}  // namespace

ROLE(settle_be_killed) {
    for (;;) pause();
}

// In the middle of settling a process: its record looks free, and that is not committed.
ROLE(settle_half) {
    const test::shared<steps> shared(args.handle(0));
    const context& me = enter();
    while (!shared->go) usleep(100);
    transaction tx(me);
    process_record& record = the_arena().process(static_cast<u32>(args.number(1)));
    tx.set(record.generation, record.generation.get() + 1);
    tx.set(record.state, static_cast<u32>(process_state::free));
    shared->is_half = true;
    for (;;) pause();
}

TEST_CASE("An exit code is not lost by one that is killed while it settles the process", "[kill][process]") {
    // The thread that learns of ends has begun.
    REQUIRE(test::run_role("posix_end_with", {0}) == 0);
    const test::shared<steps> shared;
    kobj::process victim = test::start_role("settle_be_killed");
    const auto id = static_cast<pid_t>(victim.id().value());
    const u32 record = running_process(*look_up(enter(), victim.get()).object);
    const kobj::process settler = test::start_role("settle_half", {shared, record});
    const auto settler_id = static_cast<pid_t>(settler.id().value());
    shared->go = true;
    REQUIRE(test::eventually([&] { return shared->is_half.load(); }));
    ::kill(id, SIGKILL);
    // This process learns of the end, and must not bury the victim before that is settled: the code is read from it.
    const auto is_buried = [&] { return !std::filesystem::exists("/proc/" + std::to_string(id)); };
    for (int i = 0; i < 200 && !is_buried(); ++i) usleep(1'000);
    CHECK_FALSE(is_buried());
    ::kill(settler_id, SIGKILL);
    CHECK(test::wait_for_exit(victim) == 128U + SIGKILL);
    CHECK(test::wait_for_exit(settler) == 128U + SIGKILL);
}

ROLE(settle_kill_and_leave) {
    std::vector<kobj::process> children;
    for (int i = 0; i < 4; ++i) children.push_back(test::start_role("settle_be_killed"));
    for (auto& each : children) ROLE_CHECK(each.terminate(3).has_value());
    return 0;
}

TEST_CASE("Who kills its children and leaves at once takes the session along", "[kill][process]") {
    for (int i = 0; i < 20; ++i) {
        const test::own_session session;
        REQUIRE(test::run_role("settle_kill_and_leave", {}, session.options()) == 0);
        CHECK_FALSE(session.exists());
    }
}
