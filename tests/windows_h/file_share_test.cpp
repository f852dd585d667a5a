#include "files.hpp"
#include "process.hpp"

using test::open_file;

namespace {

constexpr DWORD accesses[] = {GENERIC_READ, GENERIC_WRITE, GENERIC_READ | GENERIC_WRITE, DELETE};
constexpr DWORD share_all = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

}  // namespace

TEST_CASE("Who opens a file says what others may do with it", "[windows_h][file][share]") {
    const test::scratch_directory folder;
    const std::string path = folder.file("shared");
    test::write_file(path, "x");
    const auto opens = [&](DWORD access, DWORD share) -> DWORD {
        const open_file second(path, access, share);
        return second ? 0 : second.error();
    };
    for (const DWORD first_access : accesses) {
        for (DWORD first_share = 0; first_share <= share_all; ++first_share) {
            const open_file first(path, first_access, first_share);
            REQUIRE(first);
            for (const DWORD access : accesses) {
                for (DWORD share = 0; share <= share_all; ++share) {
                    const auto uses = [](DWORD rights) {
                        return ((rights & GENERIC_READ) != 0 ? FILE_SHARE_READ : 0U) |
                               ((rights & GENERIC_WRITE) != 0 ? FILE_SHARE_WRITE : 0U) |
                               ((rights & DELETE) != 0 ? FILE_SHARE_DELETE : 0U);
                    };
                    const bool fits = (uses(access) & ~first_share) == 0 && (uses(first_access) & ~share) == 0;
                    INFO(first_access << ' ' << first_share << ' ' << access << ' ' << share);
                    CHECK(opens(access, share) == (fits ? 0 : ERROR_SHARING_VIOLATION));
                }
            }
            // Nobody is in the way of who only looks.
            CHECK(opens(FILE_READ_ATTRIBUTES, 0) == 0);
        }
    }
    CHECK(opens(GENERIC_READ | GENERIC_WRITE, 0) == 0);
}

TEST_CASE("A file that others do not share is not emptied", "[windows_h][file][share]") {
    const test::scratch_directory folder;
    const std::string path = folder.file("kept");
    test::write_file(path, "content");
    const open_file first(path, GENERIC_READ, FILE_SHARE_READ);
    for (const DWORD disposition : {DWORD{CREATE_ALWAYS}, DWORD{TRUNCATE_EXISTING}}) {
        const open_file second(path, GENERIC_WRITE, share_all, disposition);
        CHECK_FALSE(second);
        CHECK(second.error() == ERROR_SHARING_VIOLATION);
    }
    CHECK(test::read_file(path) == "content");
}

TEST_CASE("An open file is removed and renamed only if all share that", "[windows_h][file][share]") {
    const test::scratch_directory folder;
    const std::string path = folder.file("open");
    const std::string other = folder.file("other");
    test::write_file(path, "content");
    {
        const open_file kept(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE);
        REFUSES(DeleteFileA(path.c_str()), ERROR_SHARING_VIOLATION);
        REFUSES(MoveFileA(path.c_str(), other.c_str()), ERROR_SHARING_VIOLATION);
    }
    const open_file shared(path, GENERIC_READ, share_all);
    CHECK(MoveFileA(path.c_str(), other.c_str()));
    CHECK(test::read_text(shared, 3) == "con");
    CHECK(DeleteFileA(other.c_str()));
    // What is open stays readable.
    CHECK(test::read_text(shared) == "tent");
}

ROLE(hold_file) {
    const open_file file(args.text(0), GENERIC_READ | GENERIC_WRITE, 0, OPEN_EXISTING);
    ROLE_CHECK(static_cast<bool>(file));
    const test::owned ready(OpenEventA(EVENT_MODIFY_STATE, FALSE, args.text(1).c_str()));
    ROLE_CHECK(SetEvent(ready));
    Sleep(INFINITE);
    return 0;
}

TEST_CASE("Another process has the file open until it is killed", "[windows_h][file][share]") {
    const test::scratch_directory folder;
    const std::string path = folder.file("theirs");
    test::write_file(path, "x");
    const std::string name = test::unique_name("file held");
    const test::owned ready(CreateEventA(nullptr, TRUE, FALSE, name.c_str()));
    test::child holder;
    test::launch how;
    how.command_line = test::role_line("hold_file", L'"' + test::wide(path) + L"\" \"" + test::wide(name) + L'"');
    REQUIRE(how(holder));
    REQUIRE(WaitForSingleObject(ready, 60'000) == WAIT_OBJECT_0);
    {
        const open_file mine(path, GENERIC_READ, share_all);
        CHECK_FALSE(mine);
        CHECK(mine.error() == ERROR_SHARING_VIOLATION);
        REFUSES(DeleteFileA(path.c_str()), ERROR_SHARING_VIOLATION);
    }
    REQUIRE(TerminateProcess(holder.info.hProcess, 3));
    CHECK(holder.end() == 3);
    const open_file mine(path, GENERIC_READ, share_all);
    CHECK(mine);
}

TEST_CASE("A file that is to go with its last handle", "[windows_h][file][share]") {
    const test::scratch_directory folder;
    const std::string path = folder.file("short-lived");
    HANDLE copy = nullptr;
    {
        const open_file file(path, GENERIC_READ | GENERIC_WRITE, share_all, CREATE_NEW, FILE_FLAG_DELETE_ON_CLOSE);
        REQUIRE(file);
        CHECK(test::write_text(file, "x"));
        CHECK(GetFileAttributesA(path.c_str()) != INVALID_FILE_ATTRIBUTES);
        const open_file unshared(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE);
        CHECK_FALSE(unshared);
        CHECK(unshared.error() == ERROR_SHARING_VIOLATION);
        REQUIRE(
            DuplicateHandle(GetCurrentProcess(), file, GetCurrentProcess(), &copy, 0, FALSE, DUPLICATE_SAME_ACCESS));
    }
    CHECK(GetFileAttributesA(path.c_str()) != INVALID_FILE_ATTRIBUTES);
    CHECK(CloseHandle(copy));
    CHECK(GetFileAttributesA(path.c_str()) == INVALID_FILE_ATTRIBUTES);
    CHECK(GetLastError() == ERROR_FILE_NOT_FOUND);
}

ROLE(make_short_lived_file) {
    const HANDLE file = CreateFileA(args.text(0).c_str(), GENERIC_WRITE, share_all, nullptr, CREATE_NEW,
                                    FILE_FLAG_DELETE_ON_CLOSE, nullptr);
    ROLE_CHECK(file != INVALID_HANDLE_VALUE);
    if (args.text(1) == "exit") return 0;
    TerminateProcess(GetCurrentProcess(), 5);
    return 1;
}

TEST_CASE("It goes with the process that has it open, also when that is ended", "[windows_h][file][share]") {
    const test::scratch_directory folder;
    for (const char* how : {"exit", "terminate"}) {
        const std::string path = folder.file(how);
        test::launch launch;
        launch.command_line =
            test::role_line("make_short_lived_file", L'"' + test::wide(path) + L"\" " + test::wide(how));
        CHECK(test::run(launch) == (std::string(how) == "exit" ? 0U : 5U));
        CHECK(GetFileAttributesA(path.c_str()) == INVALID_FILE_ATTRIBUTES);
    }
}
