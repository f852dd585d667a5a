#if !defined(_WIN32)
#    include "files.hpp"
#    include "process.hpp"
#    include "support/eventually.hpp"

#    include <fcntl.h>
#    include <pthread.h>
#    include <signal.h>
#    include <sys/resource.h>
#    include <unistd.h>

#    include <atomic>
#    include <cerrno>
#    include <thread>
#    include <vector>

// What handles to files are made of on POSIX.

using test::pipe_ends;
using test::read_text;
using test::write_text;

namespace {

constexpr unsigned few = 64;

// Without a descriptor of its own: there may be none.
int open_descriptors() {
    int count = 0;
    for (unsigned fd = 0; fd < few; ++fd) count += fcntl(static_cast<int>(fd), F_GETFD) >= 0 ? 1 : 0;
    return count;
}

}  // namespace

// In a process of its own, whose limit it is.
ROLE(use_up_descriptors) {
    (void)args;
    // The hard one too, which kobj would turn to.
    const rlimit limit{few, few};
    ROLE_CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    std::vector<HANDLE> ends;
    HANDLE reader = nullptr;
    HANDLE writer = nullptr;
    while (CreatePipe(&reader, &writer, nullptr, 0)) {
        ends.insert(ends.end(), {reader, writer});
        ROLE_CHECK(ends.size() < few);
    }
    DWORD before = 0;
    ROLE_CHECK(GetProcessHandleCount(GetCurrentProcess(), &before));
    const auto descriptors = open_descriptors();
    for (int i = 0; i < 10; ++i) {
        SetLastError(0);
        ROLE_CHECK(!CreatePipe(&reader, &writer, nullptr, 0));
        ROLE_CHECK(GetLastError() == ERROR_TOO_MANY_OPEN_FILES);
    }
    ROLE_CHECK(open_descriptors() == descriptors);
    DWORD now = 0;
    ROLE_CHECK(GetProcessHandleCount(GetCurrentProcess(), &now));
    ROLE_CHECK(now == before);
    const HANDLE self = GetCurrentProcess();
    HANDLE copy = nullptr;
    for (int copies = 0; DuplicateHandle(self, ends[0], self, &copy, 0, FALSE, DUPLICATE_SAME_ACCESS); ++copies)
        ROLE_CHECK(copies < 2);
    ROLE_CHECK(GetLastError() == ERROR_TOO_MANY_OPEN_FILES);
    for (const HANDLE each : ends) ROLE_CHECK(CloseHandle(each));
    ROLE_CHECK(CreatePipe(&reader, &writer, nullptr, 0));
    return 0;
}

TEST_CASE("Where no descriptor is left a pipe is error 4, and nothing stays behind", "[windows_h][pipe]") {
    CHECK(test::run_role("use_up_descriptors", {}) == 0);
}

namespace {
std::atomic<int> signals{0};
}  // namespace

TEST_CASE("A read that a signal interrupts goes on", "[windows_h][pipe]") {
    struct sigaction act {};
    struct sigaction before {};
    act.sa_handler = [](int) { ++signals; };
    REQUIRE(sigaction(SIGUSR2, &act, &before) == 0);
    pipe_ends pipe;
    signals = 0;
    std::string got;
    std::thread reader([&] { got = read_text(pipe.reader); });
    for (int i = 1; i <= 20; ++i) {
        REQUIRE(pthread_kill(reader.native_handle(), SIGUSR2) == 0);
        REQUIRE(test::eventually([&] { return signals == i; }));
    }
    CHECK(write_text(pipe.writer, "at last"));
    reader.join();
    CHECK(got == "at last");
    sigaction(SIGUSR2, &before, nullptr);
}

ROLE(has_descriptor) {
    return fcntl(static_cast<int>(args.number(0)), F_GETFD) >= 0 ? 1 : 0;
}

TEST_CASE("A child gets no descriptor that it has no handle to", "[windows_h][pipe][inherit]") {
    const pipe_ends inherited(true);
    // Not closed at exec: as programs open files.
    const int foreign = open("/dev/null", O_RDONLY);  // NOLINT(android-cloexec-open)
    REQUIRE(foreign >= 0);
    CHECK(test::run_role("has_descriptor", {foreign}) == 0);
    close(foreign);
}

#endif
