#include "damaged_session.hpp"

#include "posix/arena/arena.hpp"
#include "posix/arena/regions.hpp"
#include "posix/arena/session_lock.hpp"
#include "posix/arena/session_path.hpp"
#include "posix/handle/target.hpp"
#include "posix/object/section.hpp"
#include "posix/object/security.hpp"
#include "posix/process/attach.hpp"
#include "posix/process/fork.hpp"
#include "posix/process/process_object.hpp"
#include "posix/process/reap.hpp"
#include "posix/process/thread_record.hpp"

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <thread>

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace fuzz {

using namespace kobj::posix;
using namespace std::chrono_literals;
using kobj::handle_value;

namespace {

void check(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "the session for the damage cannot be made: %s\n", what);
    std::abort();
}

// What both others do: they wait in the queues of objects that all three have.
struct shared_objects {
    handle_value own, gate, step, timer, units;
};

[[noreturn]] void act_as_other(const shared_objects& all, int ready) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    static kobj::wait_set set;
    static std::vector<std::thread> threads;
    const auto wait_for = [](std::vector<handle_value> objects, bool every) {
        threads.emplace_back([objects = std::move(objects), every] {
            (void)(every ? kobj::wait_all(objects) : kobj::wait_any(objects));
        });
    };
    (void)kobj::wait(all.own).value();
    static const auto named = kobj::mutex::create({.name = "damage: of an other " + std::to_string(getpid())}).value();
    static const auto free = kobj::event::create().value();
    set = kobj::wait_set::create().value();
    set.add(all.step, 1).value();
    set.add(all.units, 2).value();
    wait_for({all.gate}, false);
    wait_for({all.gate, all.timer}, false);
    wait_for({all.own, all.step}, true);
    wait_for({free.get()}, false);
    threads.emplace_back([] { (void)set.wait(); });
    for (;;) {
        std::size_t waiting = 0;
        const kobj::inspect::snapshot now = kobj::inspect::take_snapshot().value();
        for (const auto& object : now.objects)
            for (const auto& each : object.waiters) waiting += each.process_id == static_cast<u32>(getpid()) ? 1U : 0U;
        if (waiting >= 7) break;
        usleep(1000);
    }
    check(write(ready, "", 1) == 1, "nobody reads");
    for (;;) pause();
}

pid_t start_other(const shared_objects& all) {
    int ends[2];
    check(pipe(ends) == 0, "a pipe");
    const pid_t child = fork();
    check(child >= 0, "a fork");
    if (child == 0) act_as_other(all, ends[1]);
    char byte = 0;
    close(ends[1]);
    check(read(ends[0], &byte, 1) == 1, "the other process has ended");
    close(ends[0]);
    return child;
}

bool stands_still() {
    const arena_header& h = the_arena().header();
    return h.session_lock.get() == 0 && h.undo_count.get() == 0;
}

// Where nobody holds the lock.
void stop(pid_t child) {
    for (;;) {
        check(kill(child, SIGSTOP) == 0 && waitpid(child, nullptr, WUNTRACED) == child, "it cannot be stopped");
        if (stands_still()) return;
        kill(child, SIGCONT);
        usleep(1000);
    }
}

}  // namespace

damaged_session::damaged_session() {
    held_by_other_ = kobj::mutex::create().value();
    held_by_dead_ = kobj::mutex::create({.name = "damage: abandoned"}).value();
    held_ = kobj::mutex::create({.name = names[0], .initially_owned = true}).value();
    free_ = kobj::mutex::create({.name = names[1]}).value();
    gate_ = kobj::event::create({.name = std::string(200, 'n'), .manual_reset = true}).value();
    step_ = kobj::event::create({.inheritable = true}).value();
    units_ = kobj::semaphore::create(0, 3).value();
    timer_ = kobj::timer::create().value();
    timer_.set(1h, 10ms).value();
    memory_ = kobj::file_mapping::create(4096).value();
    self_ = kobj::process::open(kobj::process::current_id()).value();
    thread_ = kobj::thread::open(kobj::thread::current_id()).value();
    set_ = kobj::wait_set::create().value();
    set_.add(units_.get(), 1).value();
    set_.add(timer_.get(), 2).value();
    set_.add(free_.get(), 3).value();
    check(set_.wait_and_pause(0s).value().status == kobj::wait_status::signaled, "a member of the set");
    (void)kobj::mutex::create({.name = "damage: closed"}).value();
    const std::vector<std::byte> descriptor(200);
    change_descriptor(free_.get(), 0, [&](const auto&) { return descriptor; }).value();
    start_others();
    handles_ = {held_by_other_.get(),  held_by_dead_.get(),
                held_.get(),           free_.get(),
                gate_.get(),           step_.get(),
                units_.get(),          timer_.get(),
                memory_.get(),         self_.get(),
                other_.get(),          dead_.get(),
                thread_.get(),         kobj::current_process(),
                kobj::current_thread()};
    memory_file_ = "/dev/shm/" + section_file_name(*look_up(enter(), memory_.get()).object);
    next_section_ = the_arena().header().next_section.get();
    take_snapshot();
}

damaged_session::~damaged_session() {
    make_whole();
    kill(other_id_, SIGKILL);
    while (waitpid(other_id_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

void damaged_session::start_others() {
    const auto shared = [&](const kobj::mutex& own) {
        return shared_objects{own.get(), gate_.get(), step_.get(), timer_.get(), units_.get()};
    };
    const pid_t dead = start_other(shared(held_by_dead_));
    dead_ = kobj::process::open(static_cast<u32>(dead)).value();
    other_id_ = start_other(shared(held_by_other_));
    other_ = kobj::process::open(static_cast<u32>(other_id_)).value();
    stop(dead);
    stop(other_id_);
    check(kill(dead, SIGKILL) == 0 && waitpid(dead, nullptr, 0) == dead, "it cannot be killed");
}

void damaged_session::take_snapshot() {
    arena& a = the_arena();
    const arena_header& h = a.header();
    const auto keep = [&](u64 at, u64 size) {
        const char* from = reinterpret_cast<const char*>(&h) + at;
        if (size != 0) whole_.push_back({at, std::vector<char>(from, from + size)});
    };
    keep(0, header_size);
    for (std::size_t r = 0; r < shapes.size(); ++r) {
        // Nobody has traced, or made a job.
        if (h.committed[r].get() == 0) continue;
        // Everything that there is gets touchable.
        (void)a.checked_address(shapes[r].start + h.committed[r].get() - sizeof(u64), sizeof(u64));
        keep(shapes[r].start, h.committed[r].get());
    }
    for (u32 p = 1; p < h.high_process.get(); ++p) {
        const u32 entries = a.process(p).committed.get();
        if (entries == 0) continue;
        (void)a.table_entry(p, entries - 1);
        keep(tables_at + u64{p} * table_size, u64{entries} * sizeof(word64));
        if (const u32 described = a.process(p).described.get(); described != 0) {
            (void)a.descriptor(p, described - 1);
            keep(tables_at + u64{p} * table_size + descriptors_in_table, u64{described} * sizeof(word32));
        }
    }
}

void damaged_session::make_whole() {
    for (const piece& each : whole_) {
        char* to = reinterpret_cast<char*>(&the_arena().header()) + each.at;
        std::memcpy(to, each.bytes.data(), each.bytes.size());
    }
    if (!made_files_) return;
    made_files_ = false;
    // Those of mappings that were not closed before the arena was made whole.
    const std::string prefix = arena_path() + std::string(section_mark);
    std::error_code ignored;
    for (const auto& file : std::filesystem::directory_iterator("/dev/shm", ignored)) {
        const std::string path = file.path().string();
        if (path.starts_with(prefix) && path != memory_file_) std::filesystem::remove(file.path(), ignored);
    }
    // A number is not used again.
    the_arena().header().next_section.put(next_section_ += 16);
}

void damaged_session::play(std::span<const std::uint8_t> bytes) {
    make_whole();
    input in(bytes);
    for (unsigned n = in.byte() % 12; n > 0; --n) damage(in);
    let_lock_go_if_its_holder_lives();
    for (unsigned n = 1 + in.byte() % 12; n > 0; --n) call(in);
    make_whole();
}

// ---- damage ----

namespace {

template <class Record>
word32& word_in(Record& record, input& in) {
    return reinterpret_cast<word32*>(&record)[in.below(sizeof(Record) / sizeof(word32))];
}

u32 used(const word32& high) {
    return std::max(high.get(), 2U);
}

}  // namespace

void damaged_session::damage(input& in) {
    arena& a = the_arena();
    arena_header& h = a.header();
    const auto small = [&](u32 high) { return 1 + in.below(high - 1); };
    try {
        switch (in.byte() % 14) {
            case 0:
            case 1: {
                // All that comes before the log, but for what only attaching looks at.
                constexpr u32 first = offsetof(arena_header, dead) / sizeof(word32);
                constexpr u32 last = offsetof(arena_header, undo) / sizeof(word32);
                return damage_word(in, reinterpret_cast<word32*>(&h)[first + in.below(last - first)]);
            }
            case 2:
                return leave_lock_to_the_dead(in);
            case 3:
                return damage_word(in, word_in(a.process(small(4)), in));
            case 4:
                return damage_word(in, word_in(a.thread(small(14)), in));
            case 5:
                return damage_word(in, word_in(a.wait(small(14) * max_wait + in.byte() % 3), in));
            case 6:
            case 7:
                return damage_word(in, word_in(a.object(small(used(h.high_object))), in));
            case 8:
                return damage_word(in, word_in(a.name(small(used(h.high_name))), in));
            case 9:
                return damage_word(in, a.bucket(in.byte() % 64));
            case 10:
                return damage_word(in, word_in(a.watch(small(used(h.high_watch))), in));
            case 11:
                return damage_word(in, word_in(a.account(small(used(h.high_account))), in));
            case 12:
                return damage_word(in, word_in(a.job(small(used(h.high_job))), in));
            default: {
                const u32 process = small(4);
                return damage_word(in, word_in(a.table_entry(process, in.below(used(a.process(process).high))), in));
            }
        }
    } catch (const kobj::failure&) {
        // There is no such record, by the damage done before.
    }
}

void damaged_session::damage_word(input& in, word32& word) {
    const u32 before = word.get();
    switch (in.byte() % 8) {
        case 0:
            return word.put(before ^ u32{1} << in.byte() % 32U);
        case 1:
            return word.put(in.byte());
        case 2:
            return word.put(0);
        case 3:
            return word.put(~u32{0});
        case 4:
            return word.put(before + 1);
        case 5:
            return word.put(before - 1);
        case 6:
            // A place in the queue of a thread.
            return word.put(in.byte() * max_wait + in.byte() % 2);
        default:
            return word.put(in.word());
    }
}

// As if it had died in the middle of a change.
void damaged_session::leave_lock_to_the_dead(input& in) {
    arena& a = the_arena();
    arena_header& h = a.header();
    for (u32 t = 1 + in.byte() % 16; t < a.capacity(region::threads); ++t) {
        const u64 identity = a.thread(t).identity.get();
        if (!thread_claimed(identity) || !a.thread(t).life.ended()) continue;
        h.session_lock.put(session_lock::word_of(make_owner(t, thread_generation(identity))));
        break;
    }
    const u32 count = in.byte() % 8;
    h.undo_count.put(in.byte() == 0 ? in.word() : count);
    for (u32 i = 0; i < count; ++i) {
        const u64 high = in.byte() % 4 == 0 ? in.word() : 0;
        h.undo[i].where.put(high << 32U | in.word());
        h.undo[i].old.put(in.byte() % 2 == 0 ? in.byte() : u64{in.word()} << 32U | in.word());
    }
}

// Nobody can tell such a holder from one that is stopped inside the lock: docs/transactions.md.
void damaged_session::let_lock_go_if_its_holder_lives() {
    arena& a = the_arena();
    word32& lock = a.header().session_lock;
    const u32 holder = session_lock::holder_of(lock.get());
    if (holder == 0) return;
    try {
        const thread_record& thread = a.thread(holder);
        const u64 identity = thread.identity.get();
        const u32 named = session_lock::word_of(make_owner(holder, thread_generation(identity)));
        if (thread_claimed(identity) && (lock.get() & ~session_lock::sleepers_bit) == named &&
            !thread_ended(holder, false))
            lock.put(0);
    } catch (const kobj::failure&) {
    }
}

}  // namespace fuzz
