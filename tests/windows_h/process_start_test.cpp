#include "process.hpp"

#include <filesystem>

using test::launch;
using test::own_image;
using test::role_line;

namespace {

namespace fs = std::filesystem;

// In a folder of its own, under a name of its own, a copy of the test program.
std::string copy_program(const test::scratch_directory& folder, const std::string& name) {
    const std::string to = folder.file(name);
    fs::copy_file(kobj::process::executable_path(), to);
    return to;
}

class current_directory {
public:
    explicit current_directory(const fs::path& path) { fs::current_path(path); }
    current_directory(const current_directory&) = delete;
    current_directory& operator=(const current_directory&) = delete;
    ~current_directory() { fs::current_path(former_); }

private:
    fs::path former_ = fs::current_path();
};

}  // namespace

ROLE(give_code) {
    return static_cast<int>(args.number(0));
}

TEST_CASE("A program is started, and its end and its code are seen", "[windows_h][process]") {
    test::child child;
    REQUIRE(launch{.command_line = role_line("give_code", L"41")}(child));
    CHECK(child.info.dwProcessId == GetProcessId(child.info.hProcess));
    CHECK(child.info.dwThreadId != 0);
    CHECK(child.end() == 41);
    CHECK(WaitForSingleObject(child.info.hThread, 60'000) == WAIT_OBJECT_0);
    DWORD code = 0;
    CHECK(GetExitCodeProcess(child.info.hProcess, &code));
    CHECK(code == 41);
    CHECK(GetProcessId(child.info.hProcess) == child.info.dwProcessId);
}

TEST_CASE("The application name may stand alone, and the command line may say anything", "[windows_h][process]") {
    CHECK(test::run({.application = own_image(), .command_line = L"whatever --role give_code 5"}) == 5);
    CHECK(test::run({.application = own_image(), .command_line = L"\"\" --role give_code 6"}) == 6);
    CHECK(test::run({.application = own_image(), .command_line = L" --role give_code 7"}) == 7);
    const std::wstring plain = test::wide(test::plain_program());
    CHECK(test::run({.application = plain, .command_line = L"x exit 8"}) == 8);
    constexpr DWORD told_nothing_to_do = 93;
    CHECK(test::run({.application = plain}) == told_nothing_to_do);
}

TEST_CASE("No program, or none that can be had, is refused", "[windows_h][process]") {
    const test::scratch_directory folder;
    test::child child;
    // Wine crashes.
    if (!test::on_wine()) REFUSES(launch{}(child), ERROR_INVALID_PARAMETER);
    REFUSES((launch{.application = L""}(child)), ERROR_PATH_NOT_FOUND);
    REFUSES((launch{.application = L"", .command_line = own_image()}(child)), ERROR_PATH_NOT_FOUND);
    REFUSES((launch{.command_line = L""}(child)), ERROR_FILE_NOT_FOUND);
    REFUSES((launch{.command_line = L"  "}(child)), ERROR_FILE_NOT_FOUND);
    REFUSES((launch{.command_line = L"\"\" x"}(child)), ERROR_INVALID_PARAMETER);
    REFUSES((launch{.command_line = L" " + own_image()}(child)), ERROR_FILE_NOT_FOUND);
    REFUSES((launch{.command_line = L"kobj-no-such-program a b"}(child)), ERROR_FILE_NOT_FOUND);
    REFUSES((launch{.command_line = L"\"kobj-no-such-program\" a b"}(child)), ERROR_FILE_NOT_FOUND);
    REFUSES((launch{.application = L"kobj-no-such-program"}(child)), ERROR_FILE_NOT_FOUND);
    const std::wstring missing = test::wide(folder.file("no-folder") + "/program.exe");
    REFUSES(launch{.application = missing}(child), ERROR_PATH_NOT_FOUND);
    // Wine: 2.
    if (!test::on_wine()) REFUSES((launch{.command_line = missing + L" x"}(child)), ERROR_PATH_NOT_FOUND);
    REFUSES(launch{.application = L'"' + own_image() + L'"'}(child), ERROR_INVALID_NAME);
    // Wine: 6 and 2.
    if (!test::on_wine()) {
        REFUSES(launch{.application = test::wide(folder.path().string())}(child), ERROR_ACCESS_DENIED);
        REFUSES((launch{.command_line = test::wide(folder.path().string())}(child)), ERROR_ACCESS_DENIED);
    }
    for (const bool executable : {false, true}) {
        for (const std::string content : {"", "a", "This is no program, but a text of some length.\n"}) {
            const std::string text = folder.file("text.exe");
            test::write_file(text, content);
            if (executable) test::make_executable(text);
            REFUSES(launch{.application = test::wide(text)}(child), ERROR_BAD_EXE_FORMAT);
        }
    }
    CHECK(child.info.hProcess == nullptr);
    CHECK(child.info.hThread == nullptr);
}

TEST_CASE("Without start-up information or a place for the answer nothing is started", "[windows_h][process]") {
    if (test::on_windows) return;  // there it crashes
    std::wstring line = own_image();
    STARTUPINFOW info{};
    PROCESS_INFORMATION made{};
    REFUSES(CreateProcessW(nullptr, line.data(), nullptr, nullptr, FALSE, 0, nullptr, nullptr, nullptr, &made),
            ERROR_INVALID_PARAMETER);
    REFUSES(CreateProcessW(nullptr, line.data(), nullptr, nullptr, FALSE, 0, nullptr, nullptr, &info, nullptr),
            ERROR_INVALID_PARAMETER);
}

TEST_CASE("A name that is not in quotes may have blanks", "[windows_h][process]") {
    const test::scratch_directory folder;
    const std::string program = copy_program(folder, "a program of blanks.exe");
    const std::wstring name = test::wide(program);
    CHECK(test::run({.command_line = L'"' + name + L"\" --role give_code 8"}) == 8);
    CHECK(test::run({.command_line = name + L" --role give_code 9"}) == 9);
    // The name's first argument is the whole name: what follows it is what the role expects.
    CHECK(test::run({.command_line = name + L"\t--role give_code 10"}) == 10);
    // The shortest name is tried first.
    const std::string shorter = folder.file("a" + test::program_suffix());
    test::write_file(shorter, "");
    test::child child;
    REFUSES((launch{.command_line = name + L" --role give_code 11"}(child)), ERROR_BAD_EXE_FORMAT);
    fs::remove(shorter);
    fs::create_directory(shorter);
    CHECK(test::run({.command_line = name + L" --role give_code 11"}) == 11);
}

TEST_CASE("A name without a folder is looked for beside the program, here, and in PATH", "[windows_h][process]") {
    const test::scratch_directory here;
    const test::scratch_directory there;
    copy_program(there, "kobj-test-there.exe");
    const std::wstring ask = L"kobj-test-there.exe --role give_code 12";
    test::child child;
    REFUSES((launch{.command_line = ask}(child)), ERROR_FILE_NOT_FOUND);
    {
        const current_directory moved(there.path());
        CHECK(test::run({.command_line = ask}) == 12);
    }
    const std::string path = test::get_environment("PATH");
    SetEnvironmentVariableW(L"PATH", test::wide(there.path().string()).c_str());
    CHECK(test::run({.command_line = ask}) == 12);
    CHECK(test::run({.command_line = L"\"kobj-test-there.exe\" --role give_code 13"}) == 13);
    // An application name is not looked for.
    REFUSES((launch{.application = L"kobj-test-there.exe", .command_line = ask}(child)), ERROR_FILE_NOT_FOUND);
    SetEnvironmentVariableW(L"PATH", test::wide(path).c_str());
    // Beside the calling program.
    CHECK(test::run({.command_line = L"kobj_windows_h_tests.exe --role give_code 14"}) == 14);
}

TEST_CASE("A program of the system is found without its .exe", "[windows_h][process]") {
    if (test::on_windows) return;
    const test::scratch_directory folder;
    const std::string program = copy_program(folder, "native");
    CHECK(test::run({.command_line = test::wide(program) + L".exe --role give_code 15"}) == 15);
    CHECK(test::run({.application = test::wide(program) + L".EXE", .command_line = L"x --role give_code 16"}) == 16);
    // A file that has the whole name comes first.
    test::write_file(program + ".exe", "");
    test::child child;
    REFUSES((launch{.application = test::wide(program) + L".exe"}(child)), ERROR_BAD_EXE_FORMAT);
}

ROLE(write_directory) {
    test::write_file(args.text(0), fs::current_path().string());
    return 0;
}

TEST_CASE("The child's current directory", "[windows_h][process]") {
    const test::scratch_directory folder;
    const std::string out = folder.file("out");
    const std::wstring line = role_line("write_directory", test::wide(out));
    CHECK(test::run({.command_line = line}) == 0);
    CHECK(fs::equivalent(test::read_file(out), fs::current_path()));
    CHECK(test::run({.command_line = line, .directory = folder.path().wstring()}) == 0);
    CHECK(fs::equivalent(test::read_file(out), folder.path()));
    CHECK(test::run({.command_line = line, .directory = L"."}) == 0);
    CHECK(fs::equivalent(test::read_file(out), fs::current_path()));
    // The program's path is relative to the caller's.
    copy_program(folder, "beside.exe");
    fs::create_directory(folder.path() / "inner");
    {
        const current_directory moved(folder.path());
        CHECK(test::run({.application = L"./beside.exe",
                         .command_line = L"x --role write_directory " + test::wide(out),
                         .directory = L"inner"}) == 0);
    }
    CHECK(fs::equivalent(test::read_file(out), folder.path() / "inner"));
    test::child child;
    REFUSES((launch{.command_line = line, .directory = L""}(child)), ERROR_DIRECTORY);
    REFUSES((launch{.command_line = line, .directory = test::wide(folder.file("missing"))}(child)), ERROR_DIRECTORY);
    REFUSES((launch{.command_line = line, .directory = test::wide(out)}(child)), ERROR_DIRECTORY);
}

TEST_CASE("Flags that contradict each other, and such as cannot be", "[windows_h][process]") {
    const std::wstring line = role_line("give_code", L"3");
    test::child child;
    // Wine takes them.
    if (!test::on_wine())
        REFUSES((launch{.command_line = line, .flags = DETACHED_PROCESS | CREATE_NEW_CONSOLE}(child)),
                ERROR_INVALID_PARAMETER);
    if (!test::on_windows) {
        for (const auto flag :
             std::initializer_list<DWORD>{DEBUG_PROCESS, DEBUG_ONLY_THIS_PROCESS, CREATE_PROTECTED_PROCESS})
            REFUSES((launch{.command_line = line, .flags = flag}(child)), ERROR_NOT_SUPPORTED);
    }
    for (const auto flag : std::initializer_list<DWORD>{
             DETACHED_PROCESS, CREATE_NO_WINDOW, CREATE_NEW_PROCESS_GROUP, CREATE_DEFAULT_ERROR_MODE,
             CREATE_BREAKAWAY_FROM_JOB, CREATE_UNICODE_ENVIRONMENT, INHERIT_PARENT_AFFINITY, NORMAL_PRIORITY_CLASS})
        CHECK(test::run({.command_line = line, .flags = flag}) == 3);
}

TEST_CASE("The handles of the process and the thread are as inheritable as they are asked for",
          "[windows_h][process]") {
    SECURITY_ATTRIBUTES yes{sizeof yes, nullptr, TRUE};
    SECURITY_ATTRIBUTES no{sizeof no, nullptr, FALSE};
    const auto flags_of = [](HANDLE handle) {
        DWORD flags = 77;
        CHECK(GetHandleInformation(handle, &flags));
        return flags;
    };
    // Wine leaves both as they are.
    const DWORD inherit = test::on_wine() ? 0 : HANDLE_FLAG_INHERIT;
    const std::wstring line = role_line("give_code", L"3");
    test::child a, b, c;
    REQUIRE(launch{.command_line = line, .process_attributes = &yes, .thread_attributes = &no}(a));
    REQUIRE(launch{.command_line = line, .process_attributes = &no, .thread_attributes = &yes}(b));
    REQUIRE(launch{.command_line = line}(c));
    CHECK(flags_of(a.info.hProcess) == inherit);
    CHECK(flags_of(a.info.hThread) == 0);
    CHECK(flags_of(b.info.hProcess) == 0);
    CHECK(flags_of(b.info.hThread) == inherit);
    CHECK(flags_of(c.info.hProcess) == 0);
    CHECK(flags_of(c.info.hThread) == 0);
    for (const test::child* each : {&a, &b, &c}) CHECK(each->end() == 3);
}

TEST_CASE("Extended start-up information tells its size", "[windows_h][process]") {
    STARTUPINFOEXW info{};
    const std::wstring line = role_line("give_code", L"3");
    const launch how{.command_line = line, .flags = EXTENDED_STARTUPINFO_PRESENT, .startup = &info.StartupInfo};
    info.StartupInfo.cb = sizeof info;
    CHECK(test::run(how) == 3);
    // Without the flag nobody looks at the size.
    for (const DWORD size : {DWORD{0}, static_cast<DWORD>(sizeof(STARTUPINFOW)), static_cast<DWORD>(sizeof info)}) {
        info.StartupInfo.cb = size;
        CHECK(test::run({.command_line = line, .startup = &info.StartupInfo}) == 3);
    }
    if (test::on_wine()) return;
    for (const DWORD size : {DWORD{0}, static_cast<DWORD>(sizeof(STARTUPINFOW))}) {
        info.StartupInfo.cb = size;
        test::child child;
        REFUSES(how(child), ERROR_INVALID_PARAMETER);
    }
}

TEST_CASE("Many children at once", "[windows_h][process]") {
    const int count = test::on_wine() ? 10 : 100;
    std::vector<test::child> children(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i)
        REQUIRE(
            launch{.command_line = role_line("give_code", std::to_wstring(i))}(children[static_cast<std::size_t>(i)]));
    for (int i = 0; i < count; ++i) CHECK(children[static_cast<std::size_t>(i)].end() == static_cast<DWORD>(i));
}

TEST_CASE("A process that is started suspended runs once its thread is resumed", "[windows_h][process]") {
    test::child child;
    REQUIRE(launch{.command_line = role_line("give_code", L"17"), .flags = CREATE_SUSPENDED}(child));
    CHECK(WaitForSingleObject(child.info.hProcess, 100) == WAIT_TIMEOUT);
    DWORD code = 0;
    CHECK(GetExitCodeProcess(child.info.hProcess, &code));
    CHECK(code == STILL_ACTIVE);
    CHECK(GetExitCodeThread(child.info.hThread, &code));
    CHECK(code == STILL_ACTIVE);

    // Its table is there: a handle can be put into it, and taken back.
    const test::owned event = CreateEventW(nullptr, TRUE, FALSE, nullptr);
    HANDLE there = nullptr;
    REQUIRE(DuplicateHandle(GetCurrentProcess(), event, child.info.hProcess, &there, 0, FALSE, DUPLICATE_SAME_ACCESS));
    HANDLE back = nullptr;
    REQUIRE(DuplicateHandle(child.info.hProcess, there, GetCurrentProcess(), &back, 0, FALSE,
                            DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE));
    const test::owned taken = back;
    CHECK(CompareObjectHandles(event, taken));

    CHECK(ResumeThread(child.info.hThread) == 1);
    CHECK(child.end() == 17);
}

TEST_CASE("A suspended process can be terminated, and has not run", "[windows_h][process]") {
    test::child child;
    REQUIRE(launch{.command_line = role_line("give_code", L"17"), .flags = CREATE_SUSPENDED}(child));
    CHECK(TerminateProcess(child.info.hProcess, 23));
    CHECK(child.end() == 23);
    CHECK(WaitForSingleObject(child.info.hThread, 60'000) == WAIT_OBJECT_0);
}

TEST_CASE("A suspended process is resumed by the id of its thread", "[windows_h][process]") {
    test::child child;
    REQUIRE(launch{.command_line = role_line("give_code", L"18"), .flags = CREATE_SUSPENDED}(child));
    const test::owned thread = OpenThread(THREAD_SUSPEND_RESUME, FALSE, child.info.dwThreadId);
    REQUIRE(thread != nullptr);
    CHECK(ResumeThread(thread) == 1);
    CHECK(child.end() == 18);
}
