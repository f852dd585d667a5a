#include "files.hpp"
#include "process.hpp"
#include "support/eventually.hpp"

#include <atomic>
#include <thread>
#include <vector>

using test::pipe_ends;
using test::read_text;
using test::write_text;

TEST_CASE("A pipe carries bytes, and ends with its last writer", "[windows_h][pipe]") {
    pipe_ends pipe;
    CHECK(write_text(pipe.writer, "hello"));
    CHECK(read_text(pipe.reader, 2) == "he");
    CHECK(read_text(pipe.reader) == "llo");
    CHECK(write_text(pipe.writer, "last"));
    HANDLE copy = nullptr;
    REQUIRE(
        DuplicateHandle(GetCurrentProcess(), pipe.writer, GetCurrentProcess(), &copy, 0, FALSE, DUPLICATE_SAME_ACCESS));
    pipe.close(pipe.writer);
    CHECK(write_text(copy, "!"));
    CHECK(CloseHandle(copy));
    CHECK(read_text(pipe.reader) == "last!");
    char letter = 0;
    DWORD done = 7;
    REFUSES(ReadFile(pipe.reader, &letter, 1, &done, nullptr), ERROR_BROKEN_PIPE);
    CHECK(done == 0);
}

TEST_CASE("Nobody reads any more: an error, and no signal", "[windows_h][pipe]") {
    pipe_ends pipe;
    pipe.close(pipe.reader);
    DWORD done = 7;
    REFUSES(WriteFile(pipe.writer, "x", 1, &done, nullptr), ERROR_NO_DATA);
    CHECK(done == 0);
    REFUSES(WriteFile(pipe.writer, "x", 1, &done, nullptr), ERROR_NO_DATA);
}

TEST_CASE("Each end of a pipe does one thing", "[windows_h][pipe]") {
    const pipe_ends pipe;
    char letter = 0;
    DWORD done = 0;
    REFUSES(ReadFile(pipe.writer, &letter, 1, &done, nullptr), ERROR_ACCESS_DENIED);
    REFUSES(WriteFile(pipe.reader, &letter, 1, &done, nullptr), ERROR_ACCESS_DENIED);
    DWORD flags = 0;
    CHECK(GetHandleInformation(pipe.reader, &flags));
    CHECK(flags == 0);
    const pipe_ends inherited(true);
    CHECK(GetHandleInformation(inherited.writer, &flags));
    CHECK(flags == HANDLE_FLAG_INHERIT);
    CHECK(kobj::type_of(kobj::handle_value::from_native(pipe.reader)).value() == kobj::object_type::file);
}

TEST_CASE("A full pipe lets its writer wait", "[windows_h][pipe]") {
    pipe_ends pipe(false, 4096);
    std::atomic<bool> written{false};
    const std::string text(300'000, 'y');
    std::thread writer([&] { written = write_text(pipe.writer, text); });
    std::string got = read_text(pipe.reader, 1000);
    CHECK_FALSE(written);
    while (got.size() < text.size()) got += read_text(pipe.reader, 100'000);
    writer.join();
    CHECK(written);
    CHECK(got == text);
}

TEST_CASE("What waits in a pipe can be seen", "[windows_h][pipe]") {
    pipe_ends pipe;
    char text[16] = {};
    DWORD got = 7;
    DWORD there = 7;
    DWORD of_message = 7;
    CHECK(PeekNamedPipe(pipe.reader, text, sizeof text, &got, &there, &of_message));
    CHECK(got == 0);
    CHECK(there == 0);
    CHECK(write_text(pipe.writer, "abcdef"));
    CHECK(PeekNamedPipe(pipe.reader, text, 4, &got, &there, nullptr));
    CHECK(got == 4);
    CHECK(there == 6);
    CHECK(std::string(text, 4) == "abcd");
    CHECK(PeekNamedPipe(pipe.reader, nullptr, 0, nullptr, &there, nullptr));
    CHECK(there == 6);
    pipe.close(pipe.writer);
    CHECK(PeekNamedPipe(pipe.reader, nullptr, 0, nullptr, &there, nullptr));
    CHECK(read_text(pipe.reader) == "abcdef");
    REFUSES(PeekNamedPipe(pipe.reader, nullptr, 0, nullptr, &there, nullptr), ERROR_BROKEN_PIPE);
}

TEST_CASE("A pipe is flushed when its reader has everything", "[windows_h][pipe]") {
    pipe_ends pipe;
    CHECK(write_text(pipe.writer, "abc"));
    std::atomic<bool> flushed{false};
    std::thread writer([&] { flushed = FlushFileBuffers(pipe.writer) != FALSE; });
    CHECK(read_text(pipe.reader) == "abc");
    writer.join();
    CHECK(flushed);
    if (!test::on_wine()) REFUSES(FlushFileBuffers(pipe.reader), ERROR_ACCESS_DENIED);
}

TEST_CASE("Many pipes", "[windows_h][pipe][many]") {
    const std::size_t most = test::on_wine() ? 200 : 5000;
    std::vector<std::unique_ptr<pipe_ends>> pipes;
    DWORD before = 0;
    REQUIRE(GetProcessHandleCount(GetCurrentProcess(), &before));
    for (std::size_t i = 0; i < most; ++i) pipes.push_back(std::make_unique<pipe_ends>());
    DWORD now = 0;
    REQUIRE(GetProcessHandleCount(GetCurrentProcess(), &now));
    if (!test::on_windows) CHECK(now == before + 2 * most);
    for (auto& each : pipes) REQUIRE(write_text(each->writer, "x"));
    for (auto& each : pipes) REQUIRE(read_text(each->reader) == "x");
    pipes.clear();
    REQUIRE(GetProcessHandleCount(GetCurrentProcess(), &now));
    if (!test::on_windows) CHECK(now == before);
}

ROLE(write_to_handle) {
    const HANDLE pipe = args.handle(0).native();
    return write_text(pipe, args.text(1)) ? 0 : 1;
}

ROLE(hold_pipe) {
    if (!write_text(args.handle(0).native(), "ready")) return 1;
    Sleep(INFINITE);
    return 0;
}

namespace {

std::wstring role_for(const std::string& role, HANDLE handle, const std::wstring& rest = {}) {
    return test::role_line(role, std::to_wstring(reinterpret_cast<ULONG_PTR>(handle)) + L" " + rest);
}

}  // namespace

TEST_CASE("A child writes into the pipe that it has inherited, and its end is the pipe's", "[windows_h][pipe]") {
    pipe_ends pipe(true);
    REQUIRE(SetHandleInformation(pipe.reader, HANDLE_FLAG_INHERIT, 0));
    test::child made;
    test::launch how;
    how.inherit = TRUE;
    how.command_line = role_for("write_to_handle", pipe.writer, L"from-the-child");
    REQUIRE(how(made));
    pipe.close(pipe.writer);
    CHECK(test::read_all(pipe.reader) == "from-the-child");
    CHECK(made.end() == 0);
}

TEST_CASE("A writer that is killed ends the pipe", "[windows_h][pipe]") {
    pipe_ends pipe(true);
    test::child made;
    test::launch how;
    how.inherit = TRUE;
    how.command_line = role_for("hold_pipe", pipe.writer);
    REQUIRE(how(made));
    pipe.close(pipe.writer);
    CHECK(read_text(pipe.reader) == "ready");
    REQUIRE(TerminateProcess(made.info.hProcess, 4));
    char letter = 0;
    DWORD done = 0;
    REFUSES(ReadFile(pipe.reader, &letter, 1, &done, nullptr), ERROR_BROKEN_PIPE);
}

TEST_CASE("A child that inherits nothing keeps no pipe open", "[windows_h][pipe]") {
    pipe_ends pipe(false);
    pipe_ends gate(true);
    test::child made;
    test::launch how;
    how.inherit = TRUE;
    how.command_line = role_for("hold_pipe", gate.writer);
    REQUIRE(how(made));
    gate.close(gate.writer);
    CHECK(read_text(gate.reader) == "ready");
    pipe.close(pipe.writer);
    char letter = 0;
    DWORD done = 0;
    // The child runs still.
    REFUSES(ReadFile(pipe.reader, &letter, 1, &done, nullptr), ERROR_BROKEN_PIPE);
    REQUIRE(TerminateProcess(made.info.hProcess, 4));
}

TEST_CASE("The end of a pipe is put into a child that does not run yet", "[windows_h][pipe][duplicate]") {
    pipe_ends pipe;
    pipe_ends numbers(true);
    test::child made;
    test::launch how;
    how.flags = CREATE_SUSPENDED;
    how.inherit = TRUE;
    how.command_line = role_for("write_to_told_handle", numbers.reader);
    REQUIRE(how(made));
    HANDLE theirs = nullptr;
    REQUIRE(DuplicateHandle(GetCurrentProcess(), pipe.writer, made.info.hProcess, &theirs, 0, FALSE,
                            DUPLICATE_SAME_ACCESS));
    REQUIRE(ResumeThread(made.info.hThread) == 1);
    const auto number = reinterpret_cast<ULONG_PTR>(theirs);
    REQUIRE(write_text(numbers.writer, std::to_string(number)));
    CHECK(read_text(pipe.reader) == "told");
    pipe.close(pipe.writer);
    CHECK(read_text(pipe.reader) == "?109");
    CHECK(made.end() == 0);
}

ROLE(write_to_told_handle) {
    const std::string number = read_text(args.handle(0).native());
    const HANDLE pipe = reinterpret_cast<HANDLE>(static_cast<ULONG_PTR>(std::stoull(number)));
    return write_text(pipe, "told") ? 0 : 1;
}

ROLE(give_pipe) {
    const pipe_ends pipe;
    ROLE_CHECK(write_text(pipe.writer, "taken"));
    ROLE_CHECK(write_text(args.handle(0).native(), std::to_string(reinterpret_cast<ULONG_PTR>(pipe.reader))));
    Sleep(INFINITE);
    return 0;
}

TEST_CASE("The end of a pipe is taken out of a process", "[windows_h][pipe][duplicate]") {
    pipe_ends numbers(true);
    test::child made;
    test::launch how;
    how.inherit = TRUE;
    how.command_line = role_for("give_pipe", numbers.writer);
    REQUIRE(how(made));
    const auto theirs = reinterpret_cast<HANDLE>(static_cast<ULONG_PTR>(std::stoull(read_text(numbers.reader))));
    HANDLE mine = nullptr;
    REQUIRE(DuplicateHandle(made.info.hProcess, theirs, GetCurrentProcess(), &mine, 0, FALSE, DUPLICATE_SAME_ACCESS));
    REQUIRE(TerminateProcess(made.info.hProcess, 4));
    made.end();
    CHECK(read_text(mine) == "taken");
    CHECK(read_text(mine) == "?109");
    CHECK(CloseHandle(mine));
}
