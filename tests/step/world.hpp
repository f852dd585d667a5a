#pragma once

#include "support/role.hpp"
#include "support/state.hpp"

#include "posix/check/report.hpp"

#include <kobj/kobj.hpp>

#include <atomic>
#include <optional>
#include <ostream>
#include <thread>

namespace test {

/// What the survivor and its children work with. The children have the same handles, by fork.
struct world {
    kobj::mutex gate = kobj::mutex::create().value();
    kobj::mutex other = kobj::mutex::create().value();
    kobj::mutex named = kobj::mutex::create({.name = "step: named"}).value();
    kobj::event automatic = kobj::event::create().value();
    kobj::event manual = kobj::event::create({.manual_reset = true}).value();
    kobj::semaphore units = kobj::semaphore::create(1, 3).value();
    kobj::timer timer = kobj::timer::create().value();
    kobj::file_mapping memory = kobj::file_mapping::create(4096, {.name = "step: mapped"}).value();
    kobj::job job = kobj::job::create({.name = "step: job"}).value();
    kobj::process peer = start_role("step_peer", {});

    // Of the child only.
    std::optional<kobj::mutex> mutex;
    std::optional<kobj::view<char>> view;
    std::optional<kobj::wait_set> set;
    kobj::handle_value value;
    std::optional<kobj::thread> thread;
    std::optional<kobj::process> process;

    // Of the survivor.
    std::thread waiter;
    kobj::wait_status answer = kobj::wait_status::timed_out;
    std::atomic<bool> over = false;  ///< the child is dead

    world() = default;
    world(const world&) = delete;
    world& operator=(const world&) = delete;
    ~world();

    /// A thread of the survivor waits, and gives a mutex back when it has got it.
    void let_wait(kobj::handle_value object);
    template <class Object>
    void let_wait(const Object& object) {
        let_wait(object.get());
    }
    /// A thread of the survivor holds a mutex until the child waits for it, or is over.
    void let_hold(const kobj::mutex& held);
    /// To be asked when the child is dead.
    bool waiter_got_it();
};

/// What there is in a session.
struct counts {
    kobj::posix::u32 objects, names, handles, views, waits, watches;
    friend bool operator==(const counts&, const counts&) = default;
};
std::ostream& operator<<(std::ostream& out, const counts& c);
counts count(const kobj::posix::check::report& all);

/// The arena, seen from outside.
kobj::posix::check::report look();

/// Settles the dead, ends what they have started, and takes back what they have put into the peer.
void tidy(world& w);

/// Abandoned once at most, then free.
bool is_in_order(const kobj::mutex& gate);
/// Takes all units, and gives one back. Were there so many?
bool units_between(world& w, int least, int most);

}  // namespace test
