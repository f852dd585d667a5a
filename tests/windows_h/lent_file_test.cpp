#include "files.hpp"
#include "process.hpp"
#include "support/eventually.hpp"
#include "support/role.hpp"
#include "support/scratch.hpp"

#include <cstdlib>
#include <memory>
#include <vector>

// A handle to a file or a pipe is put into a process that runs, and closed by the one that put it there at once: the
// other one has it, whether it has used it yet or not.

using test::pipe_ends;
using test::read_all;
using test::read_text;
using test::write_text;

// Takes orders from a pipe until it ends: the number of a handle, and w (write) or c (close).
ROLE(does_what_it_is_told) {
    const HANDLE orders = args.handle(0).native();
    const HANDLE answers = args.handle(1).native();
    ROLE_CHECK(write_text(answers, "r"));
    for (;;) {
        const std::string order = read_text(orders);
        if (order.empty() || order == "?109") return 0;
        char* what = nullptr;
        // NOLINTNEXTLINE(performance-no-int-to-ptr)
        const HANDLE theirs = reinterpret_cast<HANDLE>(std::strtoull(order.c_str(), &what, 10));
        if (*what == 'w') ROLE_CHECK(write_text(theirs, "lent"));
        if (*what == 'c') ROLE_CHECK(CloseHandle(theirs));
        ROLE_CHECK(write_text(answers, "d"));
    }
}

namespace {

struct borrower {
    pipe_ends orders{true};
    pipe_ends answers{true};
    test::child made;

    borrower() {
        REQUIRE(SetHandleInformation(orders.writer, HANDLE_FLAG_INHERIT, 0));
        REQUIRE(SetHandleInformation(answers.reader, HANDLE_FLAG_INHERIT, 0));
        test::launch how;
        how.inherit = TRUE;
        how.command_line =
            test::role_line("does_what_it_is_told", std::to_wstring(reinterpret_cast<ULONG_PTR>(orders.reader)) + L" " +
                                                        std::to_wstring(reinterpret_cast<ULONG_PTR>(answers.writer)));
        REQUIRE(how(made));
        orders.close(orders.reader);
        answers.close(answers.writer);
        REQUIRE(read_text(answers.reader) == "r");
    }
    HANDLE give(HANDLE own, DWORD options = DUPLICATE_SAME_ACCESS) const {
        HANDLE theirs = nullptr;
        REQUIRE(DuplicateHandle(GetCurrentProcess(), own, made.info.hProcess, &theirs, 0, FALSE, options));
        return theirs;
    }
    void tell(HANDLE theirs, const char* what) const {
        REQUIRE(write_text(orders.writer, std::to_string(reinterpret_cast<ULONG_PTR>(theirs)) + what));
        REQUIRE(read_text(answers.reader) == "d");
    }
};

}  // namespace

TEST_CASE("A lent end of a pipe is of use when the lender has closed its own", "[windows_h][pipe][duplicate][lent]") {
    const borrower other;
    pipe_ends pipe;
    HANDLE theirs = nullptr;
    SECTION("closed behind it") {
        theirs = other.give(pipe.writer);
        pipe.close(pipe.writer);
    }
    SECTION("closed in the same call") {
        theirs = other.give(pipe.writer, DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE);
        pipe.writer = nullptr;
    }
    other.tell(theirs, "w");
    CHECK(read_text(pipe.reader) == "lent");
    other.tell(theirs, "w");
    CHECK(read_text(pipe.reader) == "lent");
    other.tell(theirs, "c");
    CHECK(read_text(pipe.reader) == "?109");
}

TEST_CASE("A lent end that is closed unused ends the pipe", "[windows_h][pipe][duplicate][lent]") {
    const borrower other;
    pipe_ends pipe;
    const HANDLE theirs = other.give(pipe.writer);
    pipe.close(pipe.writer);
    other.tell(theirs, "c");
    CHECK(read_text(pipe.reader) == "?109");
}

TEST_CASE("A borrower that is killed ends the pipe", "[windows_h][pipe][duplicate][lent]") {
    borrower other;
    pipe_ends pipe;
    const HANDLE theirs = other.give(pipe.writer);
    pipe.close(pipe.writer);
    SECTION("before it has used it") {}
    SECTION("when it has used it") {
        other.tell(theirs, "w");
        CHECK(read_text(pipe.reader) == "lent");
    }
    REQUIRE(TerminateProcess(other.made.info.hProcess, 4));
    CHECK(read_text(pipe.reader) == "?109");
}

TEST_CASE("One handle of two is lent, and the other one kept and closed later", "[windows_h][pipe][duplicate][lent]") {
    const borrower other;
    pipe_ends pipe;
    HANDLE copy = nullptr;
    REQUIRE(
        DuplicateHandle(GetCurrentProcess(), pipe.writer, GetCurrentProcess(), &copy, 0, FALSE, DUPLICATE_SAME_ACCESS));
    const HANDLE theirs = other.give(pipe.writer);
    pipe.close(pipe.writer);
    CHECK(write_text(copy, "own"));
    CHECK(read_text(pipe.reader) == "own");
    REQUIRE(CloseHandle(copy));
    other.tell(theirs, "w");
    CHECK(read_text(pipe.reader) == "lent");
    HANDLE back = nullptr;
    REQUIRE(DuplicateHandle(other.made.info.hProcess, theirs, GetCurrentProcess(), &back, 0, FALSE,
                            DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE));
    CHECK(write_text(back, "returned"));
    CHECK(read_text(pipe.reader) == "returned");
    REQUIRE(CloseHandle(back));
    CHECK(read_text(pipe.reader) == "?109");
}

TEST_CASE("A lent file is shared until the borrower has closed it", "[windows_h][file][duplicate][lent]") {
    const borrower other;
    const test::scratch_directory folder;
    const std::string path = folder.file("lent");
    test::open_file own(path, GENERIC_WRITE, 0, CREATE_NEW);
    REQUIRE(own);
    REQUIRE(write_text(own, "own "));
    const HANDLE theirs = other.give(own);
    own.close();
    const test::open_file refused(path, GENERIC_READ, FILE_SHARE_READ);
    CHECK(refused.error() == ERROR_SHARING_VIOLATION);
    other.tell(theirs, "w");
    other.tell(theirs, "c");
    const test::open_file read(path, GENERIC_READ, 0);
    REQUIRE(read);
    CHECK(read_all(read) == "own lent");
}

TEST_CASE("Many lent pipes are closed by the borrower", "[windows_h][pipe][duplicate][lent][many]") {
    const borrower other;
    std::vector<std::unique_ptr<pipe_ends>> pipes;
    std::vector<HANDLE> theirs;
    DWORD before = 0;
    REQUIRE(GetProcessHandleCount(GetCurrentProcess(), &before));
    for (int i = 0; i < 50; ++i) {
        pipes.push_back(std::make_unique<pipe_ends>());
        theirs.push_back(other.give(pipes.back()->writer));
        pipes.back()->close(pipes.back()->writer);
    }
    DWORD now = 0;
    REQUIRE(GetProcessHandleCount(GetCurrentProcess(), &now));
    if (!test::on_windows) CHECK(now == before + 50);
    for (std::size_t i = 0; i < 50; ++i) {
        if (i % 2 == 0) other.tell(theirs[i], "w");
        other.tell(theirs[i], "c");
        CHECK(read_all(pipes[i]->reader) == (i % 2 == 0 ? "lent" : ""));
    }
}
