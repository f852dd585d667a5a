#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/role.hpp"
#include "support/scratch.hpp"
#include "support/session.hpp"
#include "support/state.hpp"

#include <kobj/kobj.hpp>

#include <filesystem>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include <linux/seccomp.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

// What is full gives the documented error, and nothing is lost by it. And the figures that are promised.

using kobj::errc;
using test::error_of;

namespace {

constexpr std::uint64_t mebibyte = 1024 * 1024;

bool may_mount() {
    return geteuid() == 0 && system("unshare -m true 2>/dev/null") == 0;
}

// Runs a role in a mount namespace with a /dev/shm of that size.
std::uint32_t run_in_small_memory(const std::string& size, const char* role) {
    const test::own_session session;
    std::string command = "mount -t tmpfs -o size=" + size + " tmpfs /dev/shm && exec";
    for (const std::string& part : test::role_command(role)) command += " '" + part + "'";
    const auto child = kobj::process::start({"unshare", "-m", "sh", "-c", command}, session.options()).value();
    return test::wait_for_exit(child);
}

}  // namespace

ROLE(hold_many_handles) {
    const auto gate = kobj::mutex::create().value();
    std::vector<kobj::handle> many;
    for (;;) {
        auto copy = kobj::duplicate(gate.get());
        if (!copy) {
            ROLE_CHECK(copy.error() == errc::no_system_resources);
            break;
        }
        many.push_back(*std::move(copy));
    }
    ROLE_CHECK(many.size() >= 1'000'000);
    ROLE_CHECK(kobj::inspect::usage_count(gate.get()).value() == many.size() + 1);
    // Full is not broken: one goes, one comes.
    many.pop_back();
    ROLE_CHECK(kobj::duplicate(gate.get()).has_value());
    many.clear();
    ROLE_CHECK(kobj::inspect::usage_count(gate.get()).value() == 1);
    return 0;
}

TEST_CASE("A million handles are open in one process, and then the table is full", "[limits]") {
    const test::own_session session;
    CHECK(test::run_role("hold_many_handles", {}, session.options()) == 0);
    CHECK_FALSE(session.exists());
}

ROLE(hold_a_million_handles) {
    const auto gate = kobj::mutex::create().value();
    for (int i = 0; i < 1'000'000; ++i) (void)kobj::duplicate(gate.get()).value().detach();
    for (;;) pause();
}

TEST_CASE("A handle takes at most 16 bytes of its table", "[limits][memory]") {
    const test::own_session session;
    kobj::process child = test::start_role("hold_a_million_handles", {}, session.options());
    std::uint64_t before = 1;
    REQUIRE(test::eventually([&] {
        const std::uint64_t now = session.memory();
        const bool done = now == before && now > 4 * mebibyte;
        before = now;
        return done;
    }));
    CHECK(session.memory() < 16'000'000);
    test::kill_hard(child);
}

ROLE(attach_only) {
    (void)kobj::mutex::create().value();
    for (;;) pause();
}

TEST_CASE("A session with one process takes less than a mebibyte", "[limits][memory]") {
    const test::own_session session;
    kobj::process child = test::start_role("attach_only", {}, session.options());
    REQUIRE(test::eventually([&] { return session.memory() != 0; }));
    CHECK(session.memory() < mebibyte);
    test::kill_hard(child);
}

ROLE(quiet_calls) {
    bool good = false;
    std::thread([&good] {
        kobj::mutex unnamed = kobj::mutex::create().value();
        kobj::mutex named = kobj::mutex::create({.name = "quiet"}).value();
        // From here on a call of the system ends this thread, but for read, write and exit.
        bool all = prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) == 0;
        for (int i = 0; i < 10'000; ++i) {
            all = all && unnamed.acquire() && unnamed.acquire() && unnamed.release() && unnamed.release();
            all = all && named.acquire(std::chrono::seconds(0)) && named.release();
            auto more = kobj::mutex::create();
            all = all && more && kobj::set_inheritable(more->get(), true) && more->duplicate() && more->close();
        }
        good = all;
        syscall(SYS_exit, 0);
    }).join();
    return good ? 0 : 1;
}

TEST_CASE("Uncontended calls make no system call", "[limits][quiet]") {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return;  // the sanitizers' allocator makes some
#endif
    // In the session of the other tests somebody may hold the lock of the session.
    const test::own_session session;
    CHECK(test::run_role("quiet_calls", {}, session.options()) == 0);
}

ROLE(cannot_attach) {
    const auto made = kobj::mutex::create();
    ROLE_CHECK(!made && made.error() == errc::no_system_resources);
    ROLE_CHECK(made.error().message().find("/dev/shm") != std::string::npos);
    return 0;
}

ROLE(fill_shared_memory) {
    std::vector<kobj::mutex> many;
    const auto first = kobj::mutex::create({.name = "first"}).value();
    for (;;) {
        auto made = kobj::mutex::create();
        if (!made) {
            ROLE_CHECK(made.error() == errc::no_system_resources);
            break;
        }
        many.push_back(*std::move(made));
    }
    const auto before = test::table();
    ROLE_CHECK(many.size() > 1000);
    ROLE_CHECK(error_of(kobj::file_mapping::create(16 * mebibyte)) == errc::no_system_resources);
    ROLE_CHECK(error_of(kobj::process::start({"/bin/true"})) == errc::no_system_resources);
    ROLE_CHECK(test::table() == before);
    // What is there goes on to work, and what goes makes room.
    ROLE_CHECK(many.back().acquire().value() == kobj::wait_status::signaled);
    ROLE_CHECK(many.back().release().has_value());
    many.pop_back();
    ROLE_CHECK(kobj::mutex::create().has_value());
    many.clear();
    ROLE_CHECK(kobj::mutex::open("first").has_value());
    ROLE_CHECK(kobj::inspect::usage_count(first.get()).value() == 1);
    return 0;
}

TEST_CASE("A full /dev/shm gives an error, never a signal", "[limits][error]") {
    if (!may_mount()) return;
    CHECK(run_in_small_memory("16k", "cannot_attach") == 0);
    CHECK(run_in_small_memory("1m", "fill_shared_memory") == 0);
}

ROLE(fill_disk) {
    // The small disk is /dev/shm itself.
    const std::string path = "/dev/shm/grows";
    test::write_file(path, "abc");
    const auto before = test::table();
    const auto made = kobj::file_mapping::create_over(path, 64 * mebibyte);
    ROLE_CHECK(error_of(made) == errc::disk_full);
    ROLE_CHECK(made.error().message().find(path) != std::string::npos);
    ROLE_CHECK(std::filesystem::file_size(path) == 3);
    ROLE_CHECK(test::table() == before);
    // The arena and the file, and no session file of the mapping.
    ROLE_CHECK(std::distance(std::filesystem::directory_iterator("/dev/shm"), {}) == 2);
    ROLE_CHECK(error_of(kobj::file_mapping::create_over(path, UINT64_MAX)) == errc::disk_full);
    const auto fits = kobj::file_mapping::create_over(path, mebibyte).value();
    const auto bytes = fits.map<char>().value();
    for (std::size_t i = 3; i < bytes.size(); ++i) bytes[i] = 'x';
    return 0;
}

TEST_CASE("A full disk is an error of a mapping that makes its file longer", "[limits][error][file_mapping]") {
    if (!may_mount()) return;
    CHECK(run_in_small_memory("4m", "fill_disk") == 0);
}

ROLE(limited_growth) {
    // A limit that the session's own files stay below.
    const rlimit limit{16 * mebibyte, 16 * mebibyte};
    const auto first = kobj::mutex::create().value();
    ROLE_CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    ROLE_CHECK(error_of(kobj::file_mapping::create_over(args.text(0), 32 * mebibyte)) == errc::disk_full);
    ROLE_CHECK(std::filesystem::file_size(args.text(0)) == 3);
    return 0;
}

TEST_CASE("A limit on the size of files is an error of a mapping, too", "[limits][error][file_mapping]") {
    const test::own_session session;
    const test::scratch_directory folder;
    const std::string path = (folder.path() / "file").string();
    test::write_file(path, "abc");
    CHECK(test::run_role("limited_growth", {path}, session.options()) == 0);
}

ROLE(limited_file_size) {
    const auto made = kobj::mutex::create();
    ROLE_CHECK(!made && made.error() == errc::no_system_resources);
    ROLE_CHECK(made.error().message().find("RLIMIT_FSIZE") != std::string::npos);
    return 0;
}

TEST_CASE("A limit on the size of files gives an error, never a signal", "[limits][error]") {
    const test::own_session session;
    std::string command = "ulimit -f 16; exec";
    for (const std::string& part : test::role_command("limited_file_size")) command += " '" + part + "'";
    const auto child = kobj::process::start({"/bin/sh", "-c", command}, session.options()).value();
    CHECK(test::wait_for_exit(child) == 0);
}
