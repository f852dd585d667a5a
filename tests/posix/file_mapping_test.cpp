#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/role.hpp"
#include "support/scratch.hpp"
#include "support/session.hpp"
#include "support/shared.hpp"
#include "support/state.hpp"

#include <kobj/kobj.hpp>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <random>
#include <string>
#include <thread>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

// Mappings over files: what becomes of them when files move, processes fork or are killed, and disks are full.

namespace fs = std::filesystem;
using kobj::errc;
using kobj::view_access;
using kobj::view_granularity;
using test::error_of;
using test::usage_count;
using test::write_file;

namespace {

struct stage {
    std::atomic<int> ready;
};

// How many session files of mappings there are beside that arena.
std::size_t session_files(const std::string& arena) {
    return static_cast<std::size_t>(std::count_if(
        fs::directory_iterator("/dev/shm"), fs::directory_iterator(),
        [&](const fs::directory_entry& each) { return each.path().string().starts_with(arena + "..m"); }));
}

std::size_t open_descriptors() {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()));
}

// Runs the body in a forked child.
template <class Body>
int in_fork(Body&& body) {
    const pid_t child = fork();
    if (child == 0) _exit(body());
    int status = -1;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

ROLE(read_mapped_letter) {
    const auto memory = args.adopt<kobj::file_mapping>(0);
    auto view = memory.map<const char>();
    if (!view) return static_cast<int>(view.error().value() % 256);
    auto writes = memory.map<char>();
    ROLE_CHECK(writes.has_value());
    (*writes)[1] = 'w';
    return (*view)[0];
}

TEST_CASE("A file that is renamed or removed is mapped while a process has a view of it", "[file_mapping][file]") {
    const test::scratch_directory folder;
    const std::string path = (folder.path() / "first").string();
    write_file(path, "abc");
    const auto memory = kobj::file_mapping::create_over(path, 0, {.inheritable = true}).value();
    auto view = memory.map<const char>().value();
    fs::rename(path, folder.path() / "second");
    CHECK(test::run_role("read_mapped_letter", {memory}) == 'a');
    CHECK(view[1] == 'w');
    // Another file is there now.
    write_file(path, "xyz");
    CHECK(test::run_role("read_mapped_letter", {memory}) == 'a');
    CHECK(test::read_file(path) == "xyz");
    fs::remove(folder.path() / "second");
    CHECK(test::run_role("read_mapped_letter", {memory}) == 'a');
    CHECK(memory.map<const char>().value()[0] == 'a');
    // Nobody has it open any more.
    view.unmap();
    const auto before = test::table();
    const auto gone = memory.map<const char>();
    CHECK(error_of(gone) == errc::file_invalid);
    CHECK(gone.error().message().find(path) != std::string::npos);
    CHECK(test::run_role("read_mapped_letter", {memory}) == 1006 % 256);
    CHECK(test::table() == before);
}

TEST_CASE("Another file at the path is not mapped in place of the first", "[file_mapping][file][error]") {
    const test::scratch_directory folder;
    const std::string path = (folder.path() / "file").string();
    write_file(path, "abc");
    const auto memory = kobj::file_mapping::create_over(path).value();
    // The number of the inode may well be the same.
    fs::remove(path);
    write_file(path, "xyz");
    CHECK(error_of(memory.map<const char>()) == errc::file_invalid);
    fs::remove(path);
    CHECK(error_of(memory.map<const char>()) == errc::file_invalid);
    fs::create_directory(path);
    CHECK(error_of(memory.map<const char>()) == errc::file_invalid);
}

TEST_CASE("A file that has become too short is an error", "[file_mapping][file][error]") {
    const test::scratch_directory folder;
    const std::string path = (folder.path() / "file").string();
    write_file(path, std::string(2 * view_granularity, 'x'));
    const auto memory = kobj::file_mapping::create_over(path).value();
    fs::resize_file(path, view_granularity);
    CHECK(error_of(memory.map<const char>()) == errc::file_invalid);
    CHECK(error_of(memory.map<const char>({.offset = view_granularity, .count = 1})) == errc::file_invalid);
    CHECK(memory.map<const char>({.count = view_granularity}).has_value());
}

TEST_CASE("Views of one file keep one descriptor, and none is left", "[file_mapping][file]") {
    const test::scratch_directory folder;
    const std::string path = (folder.path() / "file").string();
    write_file(path, "abc");
    const std::size_t before = open_descriptors();
    {
        const auto memory = kobj::file_mapping::create_over(path).value();
        CHECK(open_descriptors() == before);
        const auto first = memory.map<const char>().value();
        const auto second = memory.map<char>().value();
        const auto other = kobj::file_mapping::create_over(path).value();
        const auto third = other.map<char>({.access = view_access::copy}).value();
        CHECK(open_descriptors() == before + 1);
    }
    CHECK(open_descriptors() == before);
}

TEST_CASE("What is no regular file is access denied", "[file_mapping][file][error]") {
    const test::scratch_directory folder;
    const std::string pipe = (folder.path() / "pipe").string();
    REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
    for (const std::string& path : {pipe, std::string("/dev/null")})
        for (const auto protection : {kobj::mapping_protection::read_write, kobj::mapping_protection::read_only})
            CHECK(error_of(kobj::file_mapping::create_over(path, 0, {.protection = protection})) ==
                  errc::access_denied);
}

TEST_CASE("A link is followed, and a relative path is that of the maker", "[file_mapping][file]") {
    const test::scratch_directory folder;
    write_file((folder.path() / "file").string(), "abc");
    fs::create_symlink("file", folder.path() / "link");
    const fs::path back = fs::current_path();
    fs::current_path(folder.path());
    const auto memory = kobj::file_mapping::create_over("link", 0, {.inheritable = true}).value();
    fs::current_path(back);
    fs::remove(folder.path() / "link");
    CHECK(test::run_role("read_mapped_letter", {memory}) == 'a');
    CHECK(error_of(kobj::file_mapping::create_over("kobj-no-such-file")) == errc::file_not_found);
}

TEST_CASE("A forked child has the views, and its copies are its own", "[file_mapping][fork]") {
    const test::scratch_directory folder;
    const std::string path = (folder.path() / "file").string();
    write_file(path, std::string(2 * view_granularity, 'x'));
    const auto before = test::table();
    {
        auto memory = kobj::file_mapping::create_over(path).value();
        const auto reads = memory.map<const char>().value();
        const auto part = memory.map<char>({.offset = view_granularity}).value();
        auto copy = memory.map<char>({.access = view_access::copy}).value();
        copy[0] = 'p';
        CHECK(in_fork([&] {
                  if (reads[0] != 'x' || part.size() != view_granularity || copy[0] != 'p') return 1;
                  copy[0] = 'c';
                  part[0] = 'y';
                  copy.unmap();
                  fs::remove(path);
                  if (!memory.map<char>() || usage_count(memory) != 2) return 2;
                  return memory.close() ? 0 : 3;
              }) == 0);
        CHECK(copy[0] == 'p');
        CHECK(reads[view_granularity] == 'y');
        CHECK(reads[0] == 'x');
        CHECK(usage_count(memory) == 1);
    }
    CHECK(test::table() == before);
}

ROLE(churn_files) {
    const test::shared<stage> shared(args.handle(0));
    const auto gate = args.adopt<kobj::mutex>(1);
    shared->ready = 1;
    for (unsigned i = 0;; ++i) {
        auto memory = kobj::file_mapping::create_over(args.text(2), (1 + i % 3) * view_granularity,
                                                      {.name = i % 2 == 0 ? args.text(3) : ""});
        if (!memory) return 1;
        auto view = memory->map<char>({.count = 1});
        auto copy = memory->map<char>({.access = view_access::copy});
        if (!view || !copy) return 2;
        if (i % 5 == 0) (void)memory->close();
    }
}

ROLE(kill_churners) {
    const std::string& path = args.text(0);
    const std::string name = "churned";
    const test::shared<stage> shared;
    const auto gate = kobj::mutex::create({.inheritable = true}).value();
    std::mt19937 random(815);
    for (int round = 0; round < 25; ++round) {
        shared->ready = 0;
        const auto child = test::start_role("churn_files", {shared, gate, path, name});
        ROLE_CHECK(test::eventually([&] { return shared->ready == 1; }));
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 10'000));
        ::kill(static_cast<pid_t>(child.id().value()), SIGKILL);
        ROLE_CHECK(test::wait_for_exit(child) == 128U + SIGKILL);
        ROLE_CHECK(usage_count(gate) == 1);
        ROLE_CHECK(error_of(kobj::file_mapping::open(name)) == errc::file_not_found);
        // That of `shared`. The thread that settles the dead may be at it still.
        ROLE_CHECK(test::eventually([&] { return session_files(args.text(1)) == 1; }));
    }
    return 0;
}

TEST_CASE("A process killed while it makes mappings over files leaves nothing", "[file_mapping][kill][stress]") {
    // Other tests make session files of their own.
    const test::own_session session;
    const test::scratch_directory folder;
    const std::string path = (folder.path() / "file").string();
    write_file(path, std::string(3 * view_granularity, 'x'));
    CHECK(test::run_role("kill_churners", {path, session.path()}, session.options()) == 0);
    CHECK_FALSE(session.exists());
    CHECK(session_files(session.path()) == 0);
    CHECK(fs::file_size(path) == 3 * view_granularity);
}

ROLE(make_and_drop) {
    {
        const auto memory = kobj::file_mapping::create_over(args.text(0)).value();
        ROLE_CHECK(session_files(args.text(1)) == 1);
        const auto view = memory.map<const char>().value();
        ROLE_CHECK(error_of(kobj::file_mapping::create_over(args.text(0), 0, {.name = "a\\b"})) ==
                   errc::path_not_found);
        ROLE_CHECK(session_files(args.text(1)) == 1);
    }
    ROLE_CHECK(session_files(args.text(1)) == 0);
    return 0;
}

TEST_CASE("The session file of a mapping goes with it, and the file stays", "[file_mapping][file]") {
    const test::own_session session;
    const test::scratch_directory folder;
    const std::string path = (folder.path() / "file").string();
    write_file(path, "abc");
    CHECK(test::run_role("make_and_drop", {path, session.path()}, session.options()) == 0);
    CHECK_FALSE(session.exists());
    CHECK(test::read_file(path) == "abc");
}
