#include "copied_arena.hpp"

// The checker: it finds nothing in a session that works, and finds each kind of damage, made in a copy of an arena.

using namespace kobj::posix;
using kobj::object_type;
using kobj::posix::check::rule;
using test::copied_arena;
using test::examine;
using test::furnished;
using test::own_process;
using test::place_of;
using test::record_of;
using test::reports;
using test::whole_copy;

TEST_CASE("A session in which everything is in use is whole, and counted", "[check]") {
    const furnished all;
    CHECK(test::damage() == "");
    const check::report found = check::look(the_arena().file(), arena_path());
    CHECK(found.stood_still);
    CHECK(found.counted.waits == 3);
    CHECK(found.counted.watches == 2);
    CHECK(found.counted.names >= 2);
    CHECK(found.counted.views >= 1);
    CHECK(found.counted.handles >= 9);
}

TEST_CASE("Another session is looked at from outside: new, and left by a killed process", "[check]") {
    const test::own_session session;
    kobj::process child = test::start_role("stay_in_session", {}, session.options());
    REQUIRE(test::eventually([&] { return session.exists(); }));
    const kobj::posix::os::descriptor file(open(session.path().c_str(), O_RDONLY | O_CLOEXEC));
    REQUIRE(file);
    const auto attached = [&] { return check::look(file.get(), session.path()).counted.processes == 1; };
    REQUIRE(test::eventually(attached));
    CHECK(check::to_text(check::look(file.get(), session.path())) == "");
    test::kill_hard(child);
    const check::report left = check::look(file.get(), session.path());
    CHECK(check::to_text(left) == "");
    // Of its process, which nobody has settled. There may be another: of the change that it was killed in.
    const auto unsettled = [](const std::string& debt) { return debt.find("is not settled yet") != std::string::npos; };
    CHECK(std::ranges::count_if(left.debts, unsettled) == 1);
}

TEST_CASE("A change that was not finished is taken back before the arena is judged", "[check]") {
    const auto gate = kobj::mutex::create().value();
    const auto taken = whole_copy();
    copied_arena& copy = *taken;
    const u32 o = record_of(gate);
    arena_header& h = copy.header();
    const u64 at = objects_at + u64{o} * sizeof(object_record) + offsetof(object_record, handles);
    h.undo[0].where.put(at | 1U);
    h.undo[0].old.put(copy.object(o).handles.get());
    copy.object(o).handles.put(42);
    CHECK(reports(examine(copy), rule::usage_count));
    h.undo_count.put(1);
    // Held by this thread, which lives.
    u32 holder = 1;
    while (!thread_claimed(copy.thread(holder).identity.get())) ++holder;
    h.session_lock.put(holder);
    CHECK(check::to_text(examine(copy)) == "");
}

TEST_CASE("What is no arena is refused with the reason", "[check][error]") {
    const auto reason = [](const copied_arena& copy) -> std::string {
        try {
            examine(copy);
        } catch (const kobj::facts::unreadable& why) {
            return why.what();
        }
        return {};
    };
    const auto taken = whole_copy();
    copied_arena& copy = *taken;
    REQUIRE(reason(copy) == "");
    SECTION("another version") {
        copy.header().version.put(arena_version + 1);
        CHECK(reason(copy).find("version") != std::string::npos);
    }
    SECTION("other records") {
        copy.header().fingerprint.put(1);
        CHECK(reason(copy).find("sizes") != std::string::npos);
    }
    SECTION("another file") {
        copy.header().magic.put(1);
        CHECK(reason(copy) == "it is not an arena of kobj");
    }
    SECTION("records that are not there") {
        REQUIRE(ftruncate(copy.file(), static_cast<off_t>(tables_at + own_process() * table_size)) == 0);
        CHECK(reason(copy).find("cut short") != std::string::npos);
    }
    SECTION("more records than there can be") {
        copy.header().committed[3].put(~u64{0});
        CHECK(reason(copy).find("more object records") != std::string::npos);
    }
    SECTION("cut short") {
        REQUIRE(ftruncate(copy.file(), 100) == 0);
        CHECK(reason(copy).find("cut short") != std::string::npos);
    }
}

TEST_CASE("Whatever bytes an arena holds, the checker ends", "[check][stress]") {
    const furnished all;
    const copied_arena whole(the_arena().file());
    const auto taken = whole_copy();
    copied_arena& copy = *taken;
    std::mt19937 random(std::random_device{}());
    // Where there are bytes: the header with its lists, and the first records of each region.
    const u64 starts[] = {0,        processes_at, threads_at, waits_at, objects_at,
                          names_at, buckets_at,   watches_at, tables_at};
    int found = 0;
    constexpr int rounds = 300;
    for (int round = 0; round < rounds; ++round) {
        std::vector<u64> touched;
        for (unsigned n = 1 + random() % 8; n > 0; --n) {
            const u64 start = starts[random() % std::size(starts)] + (random() % 512) * 8;
            if (start < 64 || start + 8 > copy.size()) continue;
            touched.push_back(start);
            u64 value = 0;
            std::memcpy(&value, copy.bytes() + start, 8);
            value = random() % 2 == 0 ? value ^ u64 { 1 } << random() % 64 : u64{random()} << 32U | random();
            std::memcpy(copy.bytes() + start, &value, 8);
        }
        try {
            found += examine(copy).problems.empty() ? 0 : 1;
        } catch (const kobj::facts::unreadable&) {
            ++found;
        }
        for (const u64 start : touched) std::memcpy(copy.bytes() + start, whole.bytes() + start, 8);
    }
    CHECK(found > rounds / 10);
    CHECK(check::to_text(examine(copy)) == "");
}

ROLE(stay_in_session) {
    for (;;) pause();
}

ROLE(change_without_pause) {
    const test::shared<std::atomic<int>> stop(args.handle(0));
    const auto gate = args.handle(1);
    for (unsigned i = 0; *stop == 0; ++i) {
        const auto named = kobj::mutex::create({.name = "busy " + std::to_string(i % 5)});
        const auto memory = kobj::file_mapping::create(4096);
        const auto copy = kobj::duplicate(gate);
        if (kobj::wait(gate, std::chrono::milliseconds(1)).value() == kobj::wait_status::signaled)
            (void)kobj::mutex::release(gate);
    }
    return 0;
}

TEST_CASE("A session that changes without pause is whole in every look", "[check][stress]") {
    const auto gate = kobj::mutex::create({.inheritable = true}).value();
    const test::shared<std::atomic<int>> stop;
    std::vector<kobj::process> busy;
    for (int i = 0; i < 3; ++i) busy.push_back(test::start_role("change_without_pause", {stop, gate}));
    for (int i = 0; i < 100; ++i) {
        CHECK(test::damage() == "");
    }
    *stop = 1;
    for (const auto& each : busy) CHECK(test::wait_for_exit(each) == 0);
    CHECK(test::damage() == "");
    CHECK(test::debts() == "");
}
