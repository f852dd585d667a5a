#include "files.hpp"

#include <cstring>

using test::open_file;
using test::read_text;
using test::write_text;

TEST_CASE("What CreateFile does with a file that is there or not", "[windows_h][file]") {
    const test::scratch_directory folder;
    const std::string path = folder.file("a.txt");
    for (const DWORD disposition : {DWORD{OPEN_EXISTING}, DWORD{TRUNCATE_EXISTING}}) {
        const open_file none(path, GENERIC_READ | GENERIC_WRITE, 0, disposition);
        CHECK_FALSE(none);
        CHECK(none.error() == ERROR_FILE_NOT_FOUND);
    }
    {
        const open_file made(path, GENERIC_WRITE, 0, CREATE_NEW);
        REQUIRE(made);
        CHECK(write_text(made, "something"));
    }
    {
        const open_file again(path, GENERIC_WRITE, 0, CREATE_NEW);
        CHECK_FALSE(again);
        CHECK(again.error() == ERROR_FILE_EXISTS);
    }
    {
        const open_file kept(path, GENERIC_READ, 0, OPEN_ALWAYS);
        REQUIRE(kept);
        CHECK(kept.error() == ERROR_ALREADY_EXISTS);
        CHECK(read_text(kept) == "something");
        CHECK(read_text(kept).empty());
    }
    {
        const open_file emptied(path, GENERIC_READ | GENERIC_WRITE, 0, TRUNCATE_EXISTING);
        REQUIRE(emptied);
        CHECK(GetFileSize(emptied, nullptr) == 0);
        CHECK(write_text(emptied, "new"));
    }
    {
        const open_file replaced(path, GENERIC_READ, 0, CREATE_ALWAYS);
        REQUIRE(replaced);
        CHECK(replaced.error() == ERROR_ALREADY_EXISTS);
        CHECK(GetFileSize(replaced, nullptr) == 0);
    }
    for (const DWORD disposition : {DWORD{OPEN_ALWAYS}, DWORD{CREATE_ALWAYS}}) {
        REQUIRE(DeleteFileA(path.c_str()));
        const open_file made(path, GENERIC_WRITE, 0, disposition);
        REQUIRE(made);
        CHECK(made.error() == ERROR_SUCCESS);
    }
}

TEST_CASE("CreateFile refuses what it cannot do, and makes nothing", "[windows_h][file]") {
    const test::scratch_directory folder;
    const std::string path = folder.file("b.txt");
    const auto refused = [&](const std::string& name, DWORD access, DWORD share, DWORD disposition, DWORD flags = 0) {
        const open_file none(name, access, share, disposition, flags);
        CHECK_FALSE(none);
        return none.error();
    };
    CHECK(refused(path, GENERIC_WRITE, 0, 0) == ERROR_INVALID_PARAMETER);
    CHECK(refused(path, GENERIC_WRITE, 0, 6) == ERROR_INVALID_PARAMETER);
    CHECK(refused("", GENERIC_WRITE, 0, CREATE_NEW) == ERROR_PATH_NOT_FOUND);
    CHECK(refused(folder.file("none") + "/c.txt", GENERIC_WRITE, 0, CREATE_NEW) == ERROR_PATH_NOT_FOUND);
    CHECK(refused(folder.file("none") + "/c.txt", GENERIC_READ, 0, OPEN_EXISTING) == ERROR_PATH_NOT_FOUND);
    CHECK(refused(folder.file("a*c"), GENERIC_READ, 0, OPEN_EXISTING) == ERROR_INVALID_NAME);
    CHECK(refused(folder.file("a?c"), GENERIC_WRITE, 0, CREATE_NEW) == ERROR_INVALID_NAME);
    CHECK(refused(folder.path().string(), GENERIC_READ, 0, OPEN_EXISTING) == ERROR_ACCESS_DENIED);
    CHECK(refused(folder.path().string(), GENERIC_WRITE, 0, CREATE_ALWAYS) == ERROR_ACCESS_DENIED);
    CHECK(refused(folder.path().string(), GENERIC_READ, 0, CREATE_NEW) == ERROR_FILE_EXISTS);
    SetLastError(test::untouched);
    CHECK(CreateFileA(nullptr, GENERIC_READ, 0, nullptr, OPEN_EXISTING, 0, nullptr) == INVALID_HANDLE_VALUE);
    CHECK(GetLastError() == ERROR_PATH_NOT_FOUND);
    CHECK(GetFileAttributesA(path.c_str()) == INVALID_FILE_ATTRIBUTES);

    const open_file made(path, GENERIC_WRITE, 0, CREATE_NEW, FILE_ATTRIBUTE_READONLY);
    REQUIRE(made);
    CHECK(write_text(made, "the first handle may"));
    // Wine leaves it to the system, which lets root write.
    if (!test::on_wine())
        CHECK(refused(path, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, OPEN_EXISTING) == ERROR_ACCESS_DENIED);
    SetFileAttributesA(path.c_str(), FILE_ATTRIBUTE_NORMAL);
}

TEST_CASE("A file is opened by a wide name and by one with backslashes", "[windows_h][file]") {
    const test::scratch_directory folder;
    const std::string path = folder.path().string() + "\\wide.txt";
    const HANDLE made = CreateFileW(test::wide(path).c_str(), GENERIC_WRITE, 0, nullptr, CREATE_NEW, 0, nullptr);
    REQUIRE(made != INVALID_HANDLE_VALUE);
    CHECK(write_text(made, "x"));
    CHECK(CloseHandle(made));
    CHECK(test::read_file(folder.file("wide.txt")) == "x");
}

TEST_CASE("What a handle does not grant cannot be done with it", "[windows_h][file]") {
    const test::scratch_directory folder;
    const std::string path = folder.file("rights");
    char letter = 'x';
    DWORD done = 7;
    {
        const open_file written(path, GENERIC_WRITE, 0, CREATE_NEW);
        REQUIRE(written);
        REFUSES(ReadFile(written, &letter, 1, &done, nullptr), ERROR_ACCESS_DENIED);
        CHECK(done == 0);
    }
    {
        const open_file read(path, GENERIC_READ);
        REQUIRE(read);
        done = 7;
        REFUSES(WriteFile(read, &letter, 1, &done, nullptr), ERROR_ACCESS_DENIED);
        CHECK(done == 0);
        if (!test::on_wine()) REFUSES(SetEndOfFile(read), ERROR_ACCESS_DENIED);
        REFUSES(FlushFileBuffers(read), ERROR_ACCESS_DENIED);
    }
    {
        const open_file attributes(path, 0);
        REQUIRE(attributes);
        REFUSES(ReadFile(attributes, &letter, 1, &done, nullptr), ERROR_ACCESS_DENIED);
        CHECK(GetFileSize(attributes, nullptr) == 0);
        FILETIME times[3];
        CHECK(GetFileTime(attributes, &times[0], &times[1], &times[2]));
    }
    const test::owned event(CreateEventA(nullptr, TRUE, FALSE, nullptr));
    REFUSES(ReadFile(event, &letter, 1, &done, nullptr), ERROR_INVALID_HANDLE);
    REFUSES(WriteFile(event, &letter, 1, &done, nullptr), ERROR_INVALID_HANDLE);
    REFUSES(ReadFile(nullptr, &letter, 1, &done, nullptr), ERROR_INVALID_HANDLE);
    REFUSES(ReadFile(INVALID_HANDLE_VALUE, &letter, 1, &done, nullptr), ERROR_INVALID_HANDLE);
    CHECK(test::error_of([&] { (void)GetFileSize(event, nullptr); }) == ERROR_INVALID_HANDLE);
    CHECK(test::error_of([&] { CHECK(GetFileType(event) == FILE_TYPE_UNKNOWN); }) == ERROR_INVALID_HANDLE);
}

TEST_CASE("The position of a file", "[windows_h][file]") {
    const test::scratch_directory folder;
    const open_file file(folder.file("position"), GENERIC_READ | GENERIC_WRITE, 0, CREATE_NEW);
    REQUIRE(file);
    REQUIRE(write_text(file, "0123456789"));
    CHECK(SetFilePointer(file, 0, nullptr, FILE_CURRENT) == 10);
    CHECK(SetFilePointer(file, 2, nullptr, FILE_BEGIN) == 2);
    CHECK(read_text(file, 3) == "234");
    CHECK(SetFilePointer(file, -2, nullptr, FILE_END) == 8);
    CHECK(SetFilePointer(file, -3, nullptr, FILE_CURRENT) == 5);
    CHECK(read_text(file) == "56789");
    CHECK(read_text(file).empty());

    CHECK(test::error_of([&] { CHECK(SetFilePointer(file, -1, nullptr, FILE_BEGIN) == INVALID_SET_FILE_POINTER); }) ==
          ERROR_NEGATIVE_SEEK);
    CHECK(test::error_of([&] { CHECK(SetFilePointer(file, 0, nullptr, 3) == INVALID_SET_FILE_POINTER); }) ==
          ERROR_INVALID_PARAMETER);
    CHECK(SetFilePointer(file, 0, nullptr, FILE_CURRENT) == 10);

    LARGE_INTEGER distance{};
    LARGE_INTEGER at{};
    distance.QuadPart = LONGLONG{5} << 32;
    CHECK(SetFilePointerEx(file, distance, &at, FILE_BEGIN));
    CHECK(at.QuadPart == distance.QuadPart);
    LONG high = 0;
    CHECK(SetFilePointer(file, 7, &high, FILE_CURRENT) == 7);
    CHECK(high == 5);
    distance.QuadPart = -1;
    REFUSES(SetFilePointerEx(file, distance, &at, FILE_BEGIN), ERROR_NEGATIVE_SEEK);
    distance.QuadPart = 4;
    CHECK(SetFilePointerEx(file, distance, nullptr, FILE_BEGIN));
    CHECK(SetEndOfFile(file));
    CHECK(GetFileSize(file, nullptr) == 4);
    distance.QuadPart = 9;
    CHECK(SetFilePointerEx(file, distance, nullptr, FILE_BEGIN));
    CHECK(SetEndOfFile(file));
    LARGE_INTEGER size{};
    CHECK(GetFileSizeEx(file, &size));
    CHECK(size.QuadPart == 9);
    CHECK(SetFilePointer(file, 0, nullptr, FILE_BEGIN) == 0);
    CHECK(read_text(file) == std::string("0123\0\0\0\0\0", 9));
}

TEST_CASE("A place in the file can be said with each call", "[windows_h][file]") {
    const test::scratch_directory folder;
    const open_file file(folder.file("placed"), GENERIC_READ | GENERIC_WRITE, 0, CREATE_NEW);
    REQUIRE(file);
    REQUIRE(write_text(file, "0123456789"));
    const test::owned event(CreateEventA(nullptr, TRUE, FALSE, nullptr));
    OVERLAPPED place{};
    place.Offset = 3;
    place.hEvent = event;
    char text[8] = {};
    DWORD done = 0;
    CHECK(ReadFile(file, text, 4, &done, &place));
    CHECK(done == 4);
    CHECK(std::memcmp(text, "3456", 4) == 0);
    CHECK(WaitForSingleObject(event, 0) == WAIT_OBJECT_0);
    CHECK(HasOverlappedIoCompleted(&place));
    DWORD told = 0;
    CHECK(GetOverlappedResult(file, &place, &told, FALSE));
    CHECK(told == 4);
    // The position is behind it.
    CHECK(SetFilePointer(file, 0, nullptr, FILE_CURRENT) == 7);
    CHECK(WriteFile(file, "xy", 2, &done, &place));
    CHECK(SetFilePointer(file, 0, nullptr, FILE_CURRENT) == 5);
    place.Offset = 10;
    REFUSES(ReadFile(file, text, 4, &done, &place), ERROR_HANDLE_EOF);
    CHECK(done == 0);
    place.Offset = 0xFFFFFFFF;
    place.OffsetHigh = 0xFFFFFFFF;
    CHECK(WriteFile(file, "end", 3, &done, &place));
    CHECK(SetFilePointer(file, 0, nullptr, FILE_BEGIN) == 0);
    CHECK(read_text(file) == "012xy56789end");
}

TEST_CASE("A handle for overlapped calls has no position", "[windows_h][file]") {
    const test::scratch_directory folder;
    const open_file file(folder.file("overlapped"), GENERIC_READ | GENERIC_WRITE, 0, CREATE_NEW, FILE_FLAG_OVERLAPPED);
    REQUIRE(file);
    DWORD done = 0;
    REFUSES(WriteFile(file, "abc", 3, &done, nullptr), ERROR_INVALID_PARAMETER);
    const test::owned event(CreateEventA(nullptr, TRUE, FALSE, nullptr));
    OVERLAPPED place{};
    place.Offset = 2;
    place.hEvent = event;
    const auto complete = [&](BOOL answer) {
        if (!answer && GetLastError() != ERROR_IO_PENDING) return false;
        return GetOverlappedResult(file, &place, &done, TRUE) != FALSE;
    };
    CHECK(complete(WriteFile(file, "abc", 3, nullptr, &place)));
    CHECK(done == 3);
    char text[8] = {};
    place.Offset = 1;
    CHECK(complete(ReadFile(file, text, 8, nullptr, &place)));
    CHECK(done == 4);
    CHECK(std::memcmp(text, "\0abc", 4) == 0);
    place.Offset = 9;
    CHECK_FALSE(complete(ReadFile(file, text, 8, nullptr, &place)));
    CHECK(GetLastError() == ERROR_HANDLE_EOF);
}

TEST_CASE("With the right to append only, all that is written goes to the end", "[windows_h][file]") {
    const test::scratch_directory folder;
    const std::string path = folder.file("log");
    test::write_file(path, "one\n");
    const open_file first(path, FILE_APPEND_DATA, FILE_SHARE_WRITE);
    const open_file second(path, FILE_APPEND_DATA, FILE_SHARE_WRITE);
    REQUIRE(first);
    REQUIRE(second);
    CHECK(write_text(first, "two\n"));
    CHECK(write_text(second, "three\n"));
    // Wine appends when it opens only.
    if (test::on_wine()) return;
    CHECK(SetFilePointer(first, 0, nullptr, FILE_BEGIN) == 0);
    CHECK(write_text(first, "four\n"));
    CHECK(test::read_file(path) == "one\ntwo\nthree\nfour\n");
    char letter = 0;
    DWORD done = 0;
    REFUSES(ReadFile(first, &letter, 1, &done, nullptr), ERROR_ACCESS_DENIED);
}

TEST_CASE("Copies of a handle share the position, two openings do not", "[windows_h][file]") {
    const test::scratch_directory folder;
    const std::string path = folder.file("shared");
    test::write_file(path, "0123456789");
    const open_file first(path, GENERIC_READ, FILE_SHARE_READ);
    const open_file other(path, GENERIC_READ, FILE_SHARE_READ);
    REQUIRE(other);
    HANDLE copy = nullptr;
    REQUIRE(DuplicateHandle(GetCurrentProcess(), first, GetCurrentProcess(), &copy, 0, FALSE, DUPLICATE_SAME_ACCESS));
    CHECK(CompareObjectHandles(first, copy));
    CHECK_FALSE(CompareObjectHandles(first, other));
    CHECK(read_text(first, 4) == "0123");
    CHECK(read_text(copy, 2) == "45");
    CHECK(read_text(other, 2) == "01");
    CHECK(CloseHandle(copy));
    CHECK(read_text(first, 2) == "67");
    // Moved, and with fewer rights.
    HANDLE moved = nullptr;
    HANDLE source = nullptr;
    REQUIRE(DuplicateHandle(GetCurrentProcess(), first, GetCurrentProcess(), &source, 0, FALSE, DUPLICATE_SAME_ACCESS));
    REQUIRE(DuplicateHandle(GetCurrentProcess(), source, GetCurrentProcess(), &moved, FILE_READ_ATTRIBUTES, FALSE,
                            DUPLICATE_CLOSE_SOURCE));
    // The source is gone; its number may be that of the copy.
    if (moved != source) CHECK(test::error_of([&] { CHECK_FALSE(CloseHandle(source)); }) == ERROR_INVALID_HANDLE);
    char letter = 0;
    DWORD done = 0;
    REFUSES(ReadFile(moved, &letter, 1, &done, nullptr), ERROR_ACCESS_DENIED);
    CHECK(GetFileSize(moved, nullptr) == 10);
    CHECK(CloseHandle(moved));
    CHECK(WaitForSingleObject(first, 0) == WAIT_OBJECT_0);
}

TEST_CASE("The kinds of files", "[windows_h][file]") {
    const test::scratch_directory folder;
    const open_file file(folder.file("kind"), GENERIC_WRITE, 0, CREATE_NEW);
    CHECK(GetFileType(file) == FILE_TYPE_DISK);
    const open_file nowhere("NUL", GENERIC_READ | GENERIC_WRITE);
    REQUIRE(nowhere);
    CHECK(GetFileType(nowhere) == FILE_TYPE_CHAR);
    CHECK(write_text(nowhere, "gone"));
    CHECK(read_text(nowhere).empty());
    const test::pipe_ends pipe;
    CHECK(GetFileType(pipe.reader) == FILE_TYPE_PIPE);
    CHECK(GetFileType(pipe.writer) == FILE_TYPE_PIPE);
    DWORD flags = 0;
    CHECK(GetHandleInformation(file, &flags));
    CHECK(flags == 0);
    CHECK(SetHandleInformation(file, HANDLE_FLAG_PROTECT_FROM_CLOSE, HANDLE_FLAG_PROTECT_FROM_CLOSE));
    REFUSES(CloseHandle(file), ERROR_INVALID_HANDLE);
    CHECK(SetHandleInformation(file, HANDLE_FLAG_PROTECT_FROM_CLOSE, 0));
}

TEST_CASE("What is known of an open file", "[windows_h][file]") {
    const test::scratch_directory folder;
    const std::string path = folder.file("known");
    const open_file file(path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ, CREATE_NEW);
    REQUIRE(write_text(file, "1234567"));
    BY_HANDLE_FILE_INFORMATION facts{};
    REQUIRE(GetFileInformationByHandle(file, &facts));
    CHECK(facts.dwFileAttributes == FILE_ATTRIBUTE_ARCHIVE);
    CHECK(facts.nFileSizeLow == 7);
    CHECK(facts.nFileSizeHigh == 0);
    CHECK(facts.nNumberOfLinks == 1);
    const open_file same(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE);
    BY_HANDLE_FILE_INFORMATION others{};
    REQUIRE(GetFileInformationByHandle(same, &others));
    CHECK(others.nFileIndexLow == facts.nFileIndexLow);
    CHECK(others.dwVolumeSerialNumber == facts.dwVolumeSerialNumber);

    const FILETIME set{0x12345680, 0x01C00000};
    CHECK(SetFileTime(file, nullptr, nullptr, &set));
    FILETIME read{};
    FILETIME written{};
    CHECK(GetFileTime(file, nullptr, &read, &written));
    CHECK(CompareFileTime(&set, &written) == 0);
    CHECK(CompareFileTime(&set, &read) < 0);
    WIN32_FILE_ATTRIBUTE_DATA data{};
    CHECK(GetFileAttributesExA(path.c_str(), GetFileExInfoStandard, &data));
    CHECK(data.nFileSizeLow == 7);
    CHECK(CompareFileTime(&set, &data.ftLastWriteTime) == 0);
    if (!test::on_wine()) REFUSES(SetFileTime(same, nullptr, nullptr, &set), ERROR_ACCESS_DENIED);
}

TEST_CASE("A large file is written and read as a whole", "[windows_h][file]") {
    const test::scratch_directory folder;
    const open_file file(folder.file("large"), GENERIC_READ | GENERIC_WRITE, 0, CREATE_NEW);
    std::string text(20'000'000, 'x');
    for (std::size_t i = 0; i < text.size(); i += 1000) text[i] = static_cast<char>('a' + i / 1000 % 26);
    REQUIRE(write_text(file, text));
    CHECK(FlushFileBuffers(file));
    CHECK(SetFilePointer(file, 0, nullptr, FILE_BEGIN) == 0);
    CHECK(read_text(file, 30'000'000) == text);
}

TEST_CASE("Locks of parts of a file", "[windows_h][file]") {
    const test::scratch_directory folder;
    const std::string path = folder.file("locked");
    test::write_file(path, "0123456789");
    constexpr DWORD share = FILE_SHARE_READ | FILE_SHARE_WRITE;
    const open_file first(path, GENERIC_READ | GENERIC_WRITE, share);
    const open_file second(path, GENERIC_READ | GENERIC_WRITE, share);
    REQUIRE(LockFile(first, 2, 0, 4, 0));
    REFUSES(LockFile(second, 5, 0, 4, 0), ERROR_LOCK_VIOLATION);
    CHECK(LockFile(second, 6, 0, 4, 0));
    CHECK(UnlockFile(second, 6, 0, 4, 0));
    CHECK(UnlockFile(first, 2, 0, 4, 0));
    OVERLAPPED place{};
    CHECK(LockFileEx(first, 0, 0, 10, 0, &place));
    CHECK(LockFileEx(second, LOCKFILE_FAIL_IMMEDIATELY, 0, 10, 0, &place));
    CHECK(UnlockFileEx(first, 0, 10, 0, &place));
    REFUSES(LockFileEx(first, LOCKFILE_FAIL_IMMEDIATELY | LOCKFILE_EXCLUSIVE_LOCK, 0, 10, 0, &place),
            ERROR_LOCK_VIOLATION);
    CHECK(UnlockFileEx(second, 0, 10, 0, &place));
}
