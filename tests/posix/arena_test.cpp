#include "posix/arena/layout.hpp"
#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/role.hpp"
#include "support/scratch.hpp"
#include "support/session.hpp"

#include <kobj/kobj.hpp>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

// Arenas that cannot be used: the error is clear, names the file, and the program runs all the same.

using kobj::posix::arena_header;

namespace {

// Makes an arena whose last process has been killed, so that it stays, and changes it.
void leave_arena(const test::own_session& session) {
    kobj::process child = test::start_role("attach_and_stay", {}, session.options());
    REQUIRE(test::eventually([&] { return session.exists(); }));
    test::kill_hard(child);
    REQUIRE(session.exists());
}

void overwrite(const std::string& path, std::size_t at, const void* bytes, std::size_t size) {
    const int file = open(path.c_str(), O_RDWR | O_CLOEXEC);
    REQUIRE(file >= 0);
    REQUIRE(pwrite(file, bytes, size, static_cast<off_t>(at)) == static_cast<ssize_t>(size));
    close(file);
}

// Does each call fail with that error, and name the file, in a process of that session? 0: yes.
std::uint32_t fails_with(const test::own_session& session, std::uint32_t error) {
    return test::run_role("each_call_fails", {session.path(), error}, session.options());
}

}  // namespace

ROLE(attach_and_stay) {
    (void)kobj::mutex::create().value();
    for (;;) pause();
}

ROLE(create_one) {
    const auto made = kobj::mutex::create();
    if (!made) std::fprintf(stderr, "%s\n", made.error().message().c_str());
    return made ? 0 : 1;
}

ROLE(each_call_fails) {
    // What cannot attach has exit codes of 8 bits: 1 is another error, 2 another text, 3 none.
    const auto made = kobj::mutex::create();
    if (made) return 3;
    const auto waited = kobj::wait(kobj::current_process(), std::chrono::seconds(0));
    ROLE_CHECK(!waited && waited.error().value() == made.error().value());
    ROLE_CHECK(!kobj::close(kobj::handle_value(4)));
    if (made.error().message().find(args.text(0)) == std::string::npos) return 2;
    return made.error().value() == args.number(1) ? 0 : 1;
}

TEST_CASE("An arena that its killed processes have left is used again", "[arena]") {
    const test::own_session session;
    leave_arena(session);
    CHECK(test::run_role("create_one", {}, session.options()) == 0);
    CHECK_FALSE(session.exists());
}

namespace {

// Looks as if another version of kobj had made it, or another start of the system.
void make_foreign(const test::own_session& session, int how) {
    const kobj::posix::u32 version = kobj::posix::arena_version + 1;
    const kobj::posix::u32 fingerprint = kobj::posix::layout_fingerprint() + 1;
    const kobj::posix::u64 other = 1;
    switch (how) {
        case 0:
            return overwrite(session.path(), offsetof(arena_header, version), &version, sizeof version);
        case 1:
            return overwrite(session.path(), offsetof(arena_header, fingerprint), &fingerprint, sizeof fingerprint);
        case 2:
            return overwrite(session.path(), offsetof(arena_header, boot_low), &other, sizeof other);
        default:
            return overwrite(session.path(), offsetof(arena_header, pid_namespace), &other, sizeof other);
    }
}

}  // namespace

TEST_CASE("An arena of another layout is refused while somebody lives there", "[arena][error]") {
    for (int how = 0; how < 4; ++how) {
        CAPTURE(how);
        const test::own_session session;
        kobj::process child = test::start_role("attach_and_stay", {}, session.options());
        REQUIRE(test::eventually([&] { return session.exists() && session.has_living_process(); }));
        make_foreign(session, how);
        CHECK(fails_with(session, 1306) == 0);
        CHECK(session.exists());
        test::kill_hard(child);
    }
}

TEST_CASE("A deserted arena of another layout is replaced, and its files are removed", "[arena]") {
    for (int how = 0; how < 4; ++how) {
        CAPTURE(how);
        const test::own_session session;
        leave_arena(session);
        const std::string mapping = session.path() + "..m2a";
        std::fclose(std::fopen(mapping.c_str(), "w"));
        make_foreign(session, how);
        CHECK(test::run_role("create_one", {}, session.options()) == 0);
        CHECK_FALSE(session.exists());
        CHECK_FALSE(std::filesystem::exists(mapping));
    }
}

TEST_CASE("An arena of another user is refused", "[arena][error]") {
    const test::own_session session;
    leave_arena(session);
    SECTION("its file belongs to another user") {
        if (geteuid() != 0) return;
        REQUIRE(chown(session.path().c_str(), 1, 1) == 0);
    }
    SECTION("other users may open it") {
        REQUIRE(chmod(session.path().c_str(), 0666) == 0);
    }
    SECTION("it is a symbolic link") {
        const test::scratch_directory folder;
        std::filesystem::rename(session.path(), session.path() + ".moved");
        REQUIRE(symlink((session.path() + ".moved").c_str(), session.path().c_str()) == 0);
    }
    CHECK(fails_with(session, 1307) == 0);
}

TEST_CASE("A corrupt arena is refused", "[arena][error]") {
    const test::own_session session;
    leave_arena(session);
    SECTION("it is something else") {
        overwrite(session.path(), offsetof(arena_header, magic), "something", 8);
    }
    SECTION("it is empty") {
        REQUIRE(truncate(session.path().c_str(), 0) == 0);
    }
    SECTION("its header is cut short") {
        REQUIRE(truncate(session.path().c_str(), 4096) == 0);
    }
    SECTION("its records are cut off") {
        REQUIRE(truncate(session.path().c_str(), static_cast<off_t>(kobj::posix::header_size)) == 0);
    }
    SECTION("it is a folder") {
        std::filesystem::remove(session.path());
        std::filesystem::create_directory(session.path());
    }
    CHECK(fails_with(session, 1392) == 0);
}

TEST_CASE("A session name that is no file name is refused", "[arena][error]") {
    const test::own_session session;
    kobj::process_options options = session.options();
    options.environment->front() = "KOBJ_SESSION=../x";
    CHECK(test::run_role("each_call_fails", {"KOBJ_SESSION", 123}, options) == 0);
}

TEST_CASE("The last process of a session removes its arena", "[arena]") {
    const test::own_session session;
    CHECK_FALSE(session.exists());
    CHECK(test::run_role("create_one", {}, session.options()) == 0);
    CHECK_FALSE(session.exists());
}

TEST_CASE("Many processes that come and go at once agree on one arena", "[arena][stress]") {
    const test::own_session session;
    for (int round = 0; round < 20; ++round) {
        std::vector<kobj::process> children;
        for (int i = 0; i < 8; ++i) children.push_back(test::start_role("create_one", {}, session.options()));
        for (const auto& child : children) CHECK(test::wait_for_exit(child) == 0);
    }
    CHECK_FALSE(session.exists());
}
