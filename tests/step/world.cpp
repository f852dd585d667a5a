#include "world.hpp"

#include "support/eventually.hpp"
#include "support/watchdog.hpp"

#include "posix/arena/arena.hpp"
#include "posix/check/look.hpp"

#include <unistd.h>
#include <csignal>

namespace test {

using namespace std::chrono_literals;
using kobj::wait_status;

namespace {

bool is_waited_for(kobj::handle_value value) {
    std::uint64_t object = 0;
    const auto own = kobj::inspect::handle_table().value();
    for (const auto& each : own)
        if (each.value == value) object = each.object;
    const auto all = kobj::inspect::take_snapshot().value();
    for (const auto& each : all.objects)
        if (each.object == object) return !each.waiters.empty();
    return false;
}

}  // namespace

world::~world() {
    if (waiter.joinable()) waiter.join();
    kill_hard(peer);
}

void world::let_wait(kobj::handle_value object) {
    waiter = std::thread([this, object] {
        answer = kobj::wait(object, patience()).value();
        if (kobj::type_of(object).value() == kobj::object_type::mutex) (void)kobj::mutex::release(object);
    });
    until_waiting(object);
}

void world::let_hold(const kobj::mutex& held) {
    std::atomic<bool> has_it = false;
    over = false;
    waiter = std::thread([this, &has_it, value = held.get()] {
        answer = kobj::wait(value, patience()).value();
        has_it = true;
        (void)eventually([&] { return over || is_waited_for(value); });
        (void)kobj::mutex::release(value);
    });
    (void)eventually([&] { return has_it.load(); });
}

bool world::waiter_got_it() {
    over = true;
    waiter.join();
    return answer != wait_status::timed_out;
}

std::ostream& operator<<(std::ostream& out, const counts& c) {
    return out << c.objects << " objects, " << c.names << " names, " << c.handles << " handles, " << c.views
               << " views, " << c.waits << " waits, " << c.watches << " watches";
}

counts count(const kobj::posix::check::report& all) {
    const auto& c = all.counted;
    return {c.objects, c.names, c.handles, c.views, c.waits, c.watches};
}

kobj::posix::check::report look() {
    return kobj::posix::check::look(kobj::posix::the_arena().file(), kobj::posix::arena_path());
}

void tidy(world& w) {
    // What the dead one had started, suspended perhaps.
    const pid_t own = getpid();
    const auto peer = w.peer.id().value();
    const auto there = kobj::inspect::take_snapshot().value();
    for (const auto& each : there.processes) {
        if (each.id != 0 && each.id != peer && static_cast<pid_t>(each.id) != own)
            kill(static_cast<pid_t>(each.id), SIGKILL);
    }
    // Settles all dead processes; before the peer's table is looked at, for that look takes nothing back.
    (void)usage_count(w.gate);
    const auto table = kobj::inspect::handle_table(w.peer.id().value()).value();
    for (const auto& each : table)
        (void)kobj::duplicate(w.peer.get(), each.value, kobj::current_process(), {.close_source = true})
            .and_then([](kobj::handle_value copy) { return kobj::close(copy); });
}

bool is_in_order(const kobj::mutex& gate) {
    return probe(gate) != seen::owned && probe(gate) == seen::free;
}

bool units_between(world& w, int least, int most) {
    int count = 0;
    while (kobj::wait(w.units.get(), 0s).value() == wait_status::signaled) ++count;
    (void)w.units.release(1);
    return count >= least && count <= most;
}

}  // namespace test

// As long as the test, which has a watchdog of its own: killed by it, or with it.
ROLE(step_peer) {
    const pid_t parent = getppid();
    while (getppid() == parent) {
        test::watch("step_peer");
        std::this_thread::sleep_for(std::chrono::seconds(1));
    }
    return 0;
}
