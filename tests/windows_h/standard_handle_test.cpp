#include "files.hpp"
#include "process.hpp"

#include <cstdio>

using test::pipe_ends;
using test::read_all;
using test::write_text;

namespace {

// A child of the given streams; null ones are those of the caller.
struct redirected {
    redirected(const std::wstring& line, HANDLE input, HANDLE output, HANDLE error) {
        info.cb = sizeof info;
        info.dwFlags = STARTF_USESTDHANDLES;
        info.hStdInput = input;
        info.hStdOutput = output;
        info.hStdError = error;
        how.inherit = TRUE;
        how.startup = &info;
        how.command_line = line;
        if (!how(made)) throw std::runtime_error("CreateProcess: " + std::to_string(GetLastError()));
    }
    STARTUPINFOW info{};
    test::launch how;
    test::child made;
};

void keep(HANDLE end) {
    REQUIRE(SetHandleInformation(end, HANDLE_FLAG_INHERIT, 0));
}

}  // namespace

// Copies its input to its output, and says on the error stream how much that was.
ROLE(copy_streams) {
    const std::string all = read_all(GetStdHandle(STD_INPUT_HANDLE));
    if (!write_text(GetStdHandle(STD_OUTPUT_HANDLE), all)) return 1;
    std::fprintf(stderr, "%d bytes", static_cast<int>(all.size()));
    return GetFileType(GetStdHandle(STD_INPUT_HANDLE)) == FILE_TYPE_PIPE ? 0 : 2;
}

TEST_CASE("A child's standard streams are what it was given", "[windows_h][standard_handle]") {
    pipe_ends in(true);
    pipe_ends out(true);
    pipe_ends error(true);
    keep(in.writer);
    keep(out.reader);
    keep(error.reader);
    const redirected child(test::role_line("copy_streams"), in.reader, out.writer, error.writer);
    in.close(in.reader);
    out.close(out.writer);
    error.close(error.writer);
    CHECK(write_text(in.writer, "through the child"));
    in.close(in.writer);
    CHECK(read_all(out.reader) == "through the child");
    CHECK(read_all(error.reader) == "17 bytes");
    CHECK(child.made.end() == 0);
}

ROLE(say_on_both) {
    const HANDLE output = GetStdHandle(STD_OUTPUT_HANDLE);
    const HANDLE error = GetStdHandle(STD_ERROR_HANDLE);
    if (!write_text(output, "1") || !write_text(error, "2") || !write_text(output, "3")) return 1;
    std::fputs("4", stdout);
    std::fflush(stdout);
    std::fputs("5", stderr);
    std::fflush(stderr);
    return output == error ? 0 : 2;
}

TEST_CASE("One pipe for both outputs", "[windows_h][standard_handle]") {
    pipe_ends out(true);
    keep(out.reader);
    const redirected child(test::role_line("say_on_both"), nullptr, out.writer, out.writer);
    out.close(out.writer);
    CHECK(read_all(out.reader) == "12345");
    CHECK(child.made.end() == 0);
}

ROLE(close_output_and_wait) {
    if (!write_text(GetStdHandle(STD_OUTPUT_HANDLE), "bye")) return 1;
    if (!CloseHandle(GetStdHandle(STD_OUTPUT_HANDLE))) return 2;
    const test::owned gate(OpenEventA(SYNCHRONIZE, FALSE, args.text(0).c_str()));
    return WaitForSingleObject(gate, 60'000) == WAIT_OBJECT_0 ? 0 : 3;
}

TEST_CASE("What a child closes is closed, while it runs", "[windows_h][standard_handle]") {
    const std::string name = test::unique_name("output closed");
    const test::owned gate(CreateEventA(nullptr, TRUE, FALSE, name.c_str()));
    pipe_ends out(true);
    keep(out.reader);
    const redirected child(test::role_line("close_output_and_wait", L'"' + test::wide(name) + L'"'), nullptr,
                           out.writer, nullptr);
    out.close(out.writer);
    CHECK(read_all(out.reader) == "bye");
    CHECK(SetEvent(gate));
    CHECK(child.made.end() == 0);
}

TEST_CASE("A program that knows nothing of kobj gets its streams, and no other descriptor",
          "[windows_h][standard_handle]") {
    pipe_ends in(true);
    pipe_ends out(true);
    keep(in.writer);
    keep(out.reader);
    // Inherited as a handle; the program has no use for it.
    pipe_ends other(true);
    const redirected child(L'"' + test::wide(test::plain_program()) + L"\" echo", in.reader, out.writer, nullptr);
    in.close(in.reader);
    out.close(out.writer);
    CHECK(write_text(in.writer, "a line\n"));
    in.close(in.writer);
    CHECK(read_all(out.reader).find("a line") != std::string::npos);
    CHECK(child.made.end() == 0);
}

TEST_CASE("A file as the output of a child", "[windows_h][standard_handle]") {
    const test::scratch_directory folder;
    SECURITY_ATTRIBUTES inherit{sizeof inherit, nullptr, TRUE};
    const test::open_file out(folder.file("out"), GENERIC_WRITE, FILE_SHARE_READ, CREATE_NEW, 0, &inherit);
    const redirected child(test::role_line("say_on_both"), nullptr, out, out);
    CHECK(child.made.end() == 0);
    CHECK(test::read_file(folder.file("out")) == "12345");
    CHECK(GetFileSize(out, nullptr) == 5);
}

TEST_CASE("Standard handles are what the program sets them to", "[windows_h][standard_handle]") {
    const HANDLE before = GetStdHandle(STD_OUTPUT_HANDLE);
    CHECK(GetStdHandle(STD_OUTPUT_HANDLE) == before);
    CHECK(test::error_of([] { CHECK(GetStdHandle(3) == INVALID_HANDLE_VALUE); }) == ERROR_INVALID_HANDLE);
    REFUSES(SetStdHandle(3, nullptr), ERROR_INVALID_HANDLE);
    pipe_ends out(true);
    keep(out.reader);
    REQUIRE(SetStdHandle(STD_OUTPUT_HANDLE, out.writer));
    CHECK(GetStdHandle(STD_OUTPUT_HANDLE) == out.writer);
    // A child that is told nothing gets them, too.
    test::launch how;
    how.inherit = TRUE;
    how.command_line = test::role_line("say_one_thing");
    const DWORD code = test::run(how);
    REQUIRE(SetStdHandle(STD_OUTPUT_HANDLE, before));
    out.close(out.writer);
    CHECK(code == 0);
    CHECK(read_all(out.reader) == "one thing");
}

ROLE(say_one_thing) {
    return write_text(GetStdHandle(STD_OUTPUT_HANDLE), "one thing") ? 0 : 1;
}
