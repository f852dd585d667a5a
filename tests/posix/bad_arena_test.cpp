#include "fuzz/damaged_session.hpp"
#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/platform.hpp"
#include "support/role.hpp"
#include "support/scratch.hpp"
#include "support/session.hpp"
#include "support/state.hpp"

#include "posix/arena/arena.hpp"
#include "posix/arena/regions.hpp"
#include "posix/handle/target.hpp"
#include "posix/os/shared_file.hpp"
#include "posix/process/attach.hpp"

#include <kobj/kobj.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

// A damaged arena is an error: never a crash, a hang or a store outside of it. What libFuzzer does in tests/fuzz is
// done here at random, and for chosen words.

using namespace kobj::posix;
using namespace std::chrono_literals;
using kobj::errc;
using test::error_of;

namespace {

unsigned seed_of_test() {
    const std::string given = test::get_environment("KOBJ_TEST_SEED");
    return given.empty() ? std::random_device{}() : static_cast<unsigned>(std::stoul(given));
}

}  // namespace

ROLE(play_damage) {
    std::mt19937 random(static_cast<unsigned>(args.number(0)));
    fuzz::damaged_session session;
    std::vector<std::uint8_t> bytes;
    for (auto rounds = args.number(1); rounds > 0; --rounds) {
        bytes.resize(8 + random() % 120);
        for (std::uint8_t& each : bytes) each = static_cast<std::uint8_t>(random());
        session.play(bytes);
    }
    return 0;
}

TEST_CASE("Whatever bytes a live session's arena holds, each call ends", "[damage][stress]") {
    const unsigned seed = seed_of_test();
    CAPTURE(seed);  // KOBJ_TEST_SEED
    const test::own_session session;
    CHECK(test::run_role("play_damage", {seed, 4000}, session.options()) == 0);
}

ROLE(play_damage_again) {
    fuzz::damaged_session session;
    int played = 0;
    for (const auto& file : std::filesystem::directory_iterator(args.text(0))) {
        std::fprintf(stderr, "%s\n", file.path().c_str());
        const std::string bytes = test::read_file(file.path().string());
        session.play({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
        ++played;
    }
    return played == 0 ? 1 : 0;
}

TEST_CASE("Damage that did harm once does none", "[damage]") {
    const test::own_session session;
    CHECK(test::run_role("play_damage_again", {std::string(KOBJ_FUZZ_INPUTS) + "/arena"}, session.options()) == 0);
}

// ---- chosen words ----

namespace {

struct furniture {
    kobj::mutex mutex = kobj::mutex::create({.name = "damaged"}).value();
    kobj::event event = kobj::event::create({.manual_reset = true}).value();
    kobj::timer timer = kobj::timer::create().value();
    kobj::wait_set set = kobj::wait_set::create().value();
    u32 self = enter().process;

    object_record& record(kobj::handle_value of) const { return *look_up(enter(), of).object; }
};

struct damage {
    const char* what;
    std::function<void(furniture&)> make;
    std::function<errc(furniture&)> call;
};

const auto create = [](furniture&) { return error_of(kobj::event::create()); };
const auto close_one = [](furniture& f) { return error_of(kobj::close(f.event.get())); };

const std::vector<damage> damages = {
    {"a lock that a free record holds", [](auto&) { the_arena().header().session_lock.put(15); }, create},
    {"a lock that no record holds", [](auto&) { the_arena().header().session_lock.put(60'000); }, create},
    {"a lock of a former generation",
     [](auto&) { the_arena().header().session_lock.put(enter().index | u32{5} << 16U); }, create},
    {"free objects beyond the end", [](auto&) { the_arena().header().free_object.put(max_objects - 1); }, create},
    {"a free object that is in use",
     [](auto& f) { the_arena().header().free_object.put(the_arena().index_of(f.record(f.mutex.get()))); }, create},
    {"no object has been in use",
     [](auto&) {
         the_arena().header().free_object.put(0);
         the_arena().header().high_object.put(0);
     },
     create},
    {"a handle table without a first entry", [](auto& f) { the_arena().process(f.self).high.put(0); }, create},
    {"a handle table that is too long", [](auto& f) { the_arena().process(f.self).high.put(~u32{0}); }, create},
    {"a free handle beyond the end",
     [](auto& f) {
         process_record& own = the_arena().process(f.self);
         own.high.put(own.committed.get());
         own.free_head.put(max_handles);
     },
     create},
    {"a last free handle beyond the end", [](auto& f) { the_arena().process(f.self).free_tail.put(max_handles); },
     close_one},
    {"a usage count that is too low", [](auto& f) { f.record(f.event.get()).handles.put(0); }, close_one},
    {"objects beyond the file",
     [](auto&) {
         arena_header& h = the_arena().header();
         h.committed[static_cast<std::size_t>(region::accounts)].put(max_accounts * sizeof(account_record));
         h.high_account.put(max_accounts - 1);
         h.free_account.put(max_accounts);
     },
     [](auto&) { return error_of(kobj::process::open(kobj::process::current_id())); }},
    {"a handle table beyond the file",
     [](auto&) {
         arena_header& h = the_arena().header();
         const u32 last = h.high_process.get() - 1;
         the_arena().process(last).committed.put(max_handles);
         the_arena().process(last).high.put(max_handles);
     },
     [](auto&) { return error_of(kobj::inspect::handle_table()); }},
    {"names in a circle",
     [](auto& f) {
         name_record& name = the_arena().name(f.record(f.mutex.get()).name.get());
         name.hash.put(name.hash.get() + 1);
         name.next.put(f.record(f.mutex.get()).name.get());
     },
     [](auto&) { return error_of(kobj::mutex::open("damaged")); }},
    {"a name whose parts are in a circle",
     [](auto& f) {
         const u32 first = f.record(f.mutex.get()).name.get();
         the_arena().name(first).more.put(first);
     },
     [](auto& f) { return error_of(f.mutex.close()); }},
    {"a queue in a circle",
     [](auto& f) {
         // A thread without a wait stands in it, behind itself.
         const u32 block = enter().index * max_wait;
         the_arena().wait(block).next.put(block);
         f.record(f.event.get()).queue_head.put(block);
         f.record(f.event.get()).queue_tail.put(block);
         (void)make_contended(f.record(f.event.get()));
     },
     [](auto& f) { return error_of(f.event.set()); }},
    {"a queue that leads nowhere",
     [](auto& f) {
         f.record(f.event.get()).queue_head.put(first_watch - 1);
         (void)make_contended(f.record(f.event.get()));
     },
     [](auto& f) { return error_of(f.event.set()); }},
    {"a mutex of no thread",
     [](auto& f) {
         object_record& mutex = f.record(f.mutex.get());
         mutex.state.put(state::with_value(mutex.state.get(), make_owner(65'000, 1)));
     },
     [](auto& f) {
         const kobj::handle_value both[] = {f.mutex.get(), f.event.get()};
         return error_of(kobj::wait_any(both, 0s));
     }},
    {"a timer of before the beginning",
     [](auto& f) {
         f.timer.set(1h).value();
         f.record(f.timer.get()).extra.put(u64{1} << 63U);
     },
     [](auto& f) { return error_of(f.timer.wait(0s)); }},
    {"what has fired is in a circle",
     [](auto& f) {
         f.set.add(f.event.get(), 1).value();
         f.set.add(f.timer.get(), 2).value();
         const u32 first = static_cast<u32>(the_arena().process(f.self).watches.get());
         the_arena().watch(first).fired_previous.put(first);
         the_arena().watch(the_arena().watch(first).next.get()).fired_previous.put(first);
     },
     [](auto& f) { return error_of(f.set.wait(0s)); }},
};

}  // namespace

// The exit code is 0 when the call has failed with the error of damage.
ROLE(use_damaged) {
    furniture all;
    const damage& each = damages.at(args.number(0));
    each.make(all);
    const errc error = each.call(all);
    if (error == errc::file_corrupt) std::_Exit(0);
    std::fprintf(stderr, "error %u\n", static_cast<unsigned>(error));
    std::_Exit(1);
}

TEST_CASE("What cannot be right in an arena is error 1392 of the call that meets it", "[damage][error]") {
    for (std::size_t i = 0; i < damages.size(); ++i) {
        CAPTURE(damages[i].what);
        const test::own_session session;
        CHECK(test::run_role("use_damaged", {i}, session.options()) == 0);
    }
}

// ---- those who come ----

ROLE(leave_something) {
    furniture all;
    all.set.add(all.event.get(), 1).value();
    std::thread waiting([&] { (void)all.event.wait(); });
    test::until_waiting(all.event);
    // As a killed process leaves it.
    std::_Exit(0);
}

ROLE(come_and_go) {
    auto made = kobj::mutex::create({.name = "damaged"});
    if (made) (void)made->acquire(1ms);
    return made ? 0 : 3;
}

TEST_CASE("Who joins a damaged session gets an error, or works", "[damage][stress]") {
    const unsigned seed = seed_of_test();
    CAPTURE(seed);
    std::mt19937 random(seed);
    const test::own_session session;
    REQUIRE(test::run_role("leave_something", {}, session.options()) == 0);
    REQUIRE(session.exists());
    const std::string kept = session.path() + ".kept";
    std::filesystem::rename(session.path(), kept);
    const os::descriptor whole(open(kept.c_str(), O_RDWR | O_CLOEXEC));
    const u64 starts[] = {0,          processes_at, threads_at,  waits_at, objects_at, names_at,
                          buckets_at, watches_at,   accounts_at, trace_at, jobs_at,    tables_at + table_size};
    int worked = 0;
    int refused = 0;
    for (int round = 0; round < 150; ++round) {
        CAPTURE(round);
        std::error_code ignored;
        std::filesystem::remove(session.path(), ignored);
        REQUIRE(system(("cp --sparse=always " + kept + ' ' + session.path()).c_str()) == 0);
        const os::descriptor file(open(session.path().c_str(), O_RDWR | O_CLOEXEC));
        for (unsigned long n = 1 + random() % 6; n > 0; --n) {
            const u64 start = starts[random() % std::size(starts)];
            const u64 at = start + random() % (start == 0 ? offsetof(arena_header, undo) : 1024) / 4 * 4;
            const u32 value = random() % 2 == 0 ? static_cast<u32>(random()) : random() % 64;
            REQUIRE(pwrite(file.get(), &value, sizeof value, static_cast<off_t>(at)) == sizeof value);
        }
        const std::uint32_t code = test::run_role("come_and_go", {}, session.options());
        CHECK((code == 0 || code == 3));
        ++(code == 0 ? worked : refused);
    }
    CHECK(worked > 0);
    CHECK(refused > 0);
}
