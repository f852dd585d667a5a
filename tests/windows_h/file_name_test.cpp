#include "files.hpp"

#include <algorithm>
#include <vector>

using test::open_file;

namespace {

std::string with_slashes(std::string path) {
    std::replace(path.begin(), path.end(), '\\', '/');
    return path;
}

std::vector<std::string> found(const std::string& pattern) {
    std::vector<std::string> names;
    WIN32_FIND_DATAA data{};
    const HANDLE search = FindFirstFileA(pattern.c_str(), &data);
    if (search == INVALID_HANDLE_VALUE) return {"?" + std::to_string(GetLastError())};
    do names.emplace_back(data.cFileName);
    while (FindNextFileA(search, &data));
    CHECK(GetLastError() == ERROR_NO_MORE_FILES);
    CHECK(FindClose(search));
    std::sort(names.begin(), names.end());
    return names;
}

using names = std::vector<std::string>;

}  // namespace

TEST_CASE("Files are removed", "[windows_h][file_name]") {
    const test::scratch_directory folder;
    const std::string path = folder.file("file");
    REFUSES(DeleteFileA(path.c_str()), ERROR_FILE_NOT_FOUND);
    REFUSES(DeleteFileA((folder.file("none") + "/file").c_str()), ERROR_PATH_NOT_FOUND);
    REFUSES(DeleteFileA(""), ERROR_PATH_NOT_FOUND);
    REFUSES(DeleteFileA(folder.path().string().c_str()), ERROR_ACCESS_DENIED);
    test::write_file(path, "x");
    CHECK(SetFileAttributesA(path.c_str(), FILE_ATTRIBUTE_READONLY));
    CHECK((GetFileAttributesA(path.c_str()) & FILE_ATTRIBUTE_READONLY) != 0);
    REFUSES(DeleteFileA(path.c_str()), ERROR_ACCESS_DENIED);
    CHECK(SetFileAttributesW(test::wide(path).c_str(), FILE_ATTRIBUTE_ARCHIVE));
    CHECK(GetFileAttributesW(test::wide(path).c_str()) == FILE_ATTRIBUTE_ARCHIVE);
    CHECK(DeleteFileW(test::wide(path).c_str()));
    CHECK(test::error_of([&] { CHECK(GetFileAttributesA(path.c_str()) == INVALID_FILE_ATTRIBUTES); }) ==
          ERROR_FILE_NOT_FOUND);
    REFUSES(SetFileAttributesA(path.c_str(), FILE_ATTRIBUTE_NORMAL), ERROR_FILE_NOT_FOUND);
    WIN32_FILE_ATTRIBUTE_DATA data{};
    REFUSES(GetFileAttributesExW(test::wide(path).c_str(), GetFileExInfoStandard, &data), ERROR_FILE_NOT_FOUND);
}

TEST_CASE("Folders are made and removed", "[windows_h][file_name]") {
    const test::scratch_directory folder;
    const std::string path = folder.file("made");
    CHECK(CreateDirectoryA(path.c_str(), nullptr));
    CHECK(GetFileAttributesA(path.c_str()) == FILE_ATTRIBUTE_DIRECTORY);
    REFUSES(CreateDirectoryA(path.c_str(), nullptr), ERROR_ALREADY_EXISTS);
    REFUSES(CreateDirectoryW(test::wide(folder.file("none") + "/below").c_str(), nullptr), ERROR_PATH_NOT_FOUND);
    test::write_file(path + "/file", "x");
    REFUSES(RemoveDirectoryA(path.c_str()), ERROR_DIR_NOT_EMPTY);
    REFUSES(RemoveDirectoryA((path + "/file").c_str()), ERROR_DIRECTORY);
    CHECK(DeleteFileA((path + "/file").c_str()));
    CHECK(RemoveDirectoryW(test::wide(path).c_str()));
    REFUSES(RemoveDirectoryA(path.c_str()), ERROR_FILE_NOT_FOUND);
}

TEST_CASE("Files are renamed", "[windows_h][file_name]") {
    const test::scratch_directory folder;
    const std::string a = folder.file("a");
    const std::string b = folder.file("b");
    test::write_file(a, "a");
    CHECK(MoveFileA(a.c_str(), b.c_str()));
    CHECK(test::read_file(b) == "a");
    REFUSES(MoveFileA(a.c_str(), b.c_str()), ERROR_FILE_NOT_FOUND);
    test::write_file(a, "new");
    REFUSES(MoveFileW(test::wide(a).c_str(), test::wide(b).c_str()), ERROR_ALREADY_EXISTS);
    REFUSES(MoveFileExA(a.c_str(), b.c_str(), 0), ERROR_ALREADY_EXISTS);
    CHECK(MoveFileExA(a.c_str(), b.c_str(), MOVEFILE_REPLACE_EXISTING));
    CHECK(test::read_file(b) == "new");
    REFUSES(MoveFileExW(test::wide(b).c_str(), test::wide(folder.file("none") + "/b").c_str(), 0),
            ERROR_PATH_NOT_FOUND);
    CHECK(MoveFileExW(test::wide(b).c_str(), test::wide(b).c_str(), MOVEFILE_REPLACE_EXISTING));
}

TEST_CASE("Files are copied", "[windows_h][file_name]") {
    const test::scratch_directory folder;
    const std::string a = folder.file("a");
    const std::string b = folder.file("b");
    REFUSES(CopyFileA(a.c_str(), b.c_str(), FALSE), ERROR_FILE_NOT_FOUND);
    test::write_file(a, "content");
    CHECK(CopyFileA(a.c_str(), b.c_str(), TRUE));
    CHECK(test::read_file(b) == "content");
    REFUSES(CopyFileA(a.c_str(), b.c_str(), TRUE), ERROR_FILE_EXISTS);
    test::write_file(a, "other");
    CHECK(CopyFileW(test::wide(a).c_str(), test::wide(b).c_str(), FALSE));
    CHECK(test::read_file(b) == "other");
    WIN32_FILE_ATTRIBUTE_DATA from{};
    WIN32_FILE_ATTRIBUTE_DATA to{};
    REQUIRE(GetFileAttributesExA(a.c_str(), GetFileExInfoStandard, &from));
    REQUIRE(GetFileAttributesExA(b.c_str(), GetFileExInfoStandard, &to));
    CHECK(CompareFileTime(&from.ftLastWriteTime, &to.ftLastWriteTime) == 0);
    const open_file unshared(b, GENERIC_READ, 0);
    REFUSES(CopyFileA(a.c_str(), b.c_str(), FALSE), ERROR_SHARING_VIOLATION);
    REFUSES(CopyFileA(b.c_str(), a.c_str(), FALSE), ERROR_SHARING_VIOLATION);
}

TEST_CASE("Names are found by a pattern", "[windows_h][file_name]") {
    const test::scratch_directory folder;
    for (const char* name : {"one.txt", "two.txt", "three.dat", "plain"}) test::write_file(folder.file(name), "12345");
    REQUIRE(CreateDirectoryA(folder.file("below").c_str(), nullptr));
    CHECK(found(folder.file("*.txt")) == names{"one.txt", "two.txt"});
    CHECK(found(folder.file("t*")) == names{"three.dat", "two.txt"});
    CHECK(found(folder.file("?ne.*")) == names{"one.txt"});
    CHECK(found(folder.file("*")) == names{".", "..", "below", "one.txt", "plain", "three.dat", "two.txt"});
    CHECK(found(folder.file("*.*")) == names{".", "..", "below", "one.txt", "plain", "three.dat", "two.txt"});
    CHECK(found(folder.file("plain")) == names{"plain"});
    CHECK(found(folder.file("*.none")) == names{"?2"});
    CHECK(found(folder.file("missing")) == names{"?2"});
    CHECK(found(folder.file("missing") + "/*") == names{"?3"});
    WIN32_FIND_DATAW data{};
    const HANDLE search = FindFirstFileW(test::wide(folder.file("three*")).c_str(), &data);
    REQUIRE(search != INVALID_HANDLE_VALUE);
    CHECK(std::wstring(data.cFileName) == L"three.dat");
    CHECK(data.nFileSizeLow == 5);
    CHECK(data.dwFileAttributes == FILE_ATTRIBUTE_ARCHIVE);
    REFUSES(FindNextFileW(search, &data), ERROR_NO_MORE_FILES);
    CHECK(FindClose(search));
    REFUSES(FindClose(INVALID_HANDLE_VALUE), ERROR_INVALID_HANDLE);
}

TEST_CASE("Names for temporary files", "[windows_h][file_name]") {
    const test::scratch_directory folder;
    const std::string here = folder.path().string();
    char name[MAX_PATH] = {};
    const UINT number = GetTempFileNameA(here.c_str(), "prefix", 0, name);
    REQUIRE(number != 0);
    CHECK(GetFileAttributesA(name) == FILE_ATTRIBUTE_ARCHIVE);
    const std::string path = with_slashes(name);
    CHECK(path.substr(path.rfind('/') + 1, 3) == "pre");
    CHECK(path.ends_with(".tmp"));
    wchar_t wide[MAX_PATH] = {};
    CHECK(GetTempFileNameW(test::wide(here).c_str(), L"ab", 0x12, wide) == 0x12);
    CHECK(std::wstring(wide).ends_with(L"ab12.tmp"));
    CHECK(GetFileAttributesW(wide) == INVALID_FILE_ATTRIBUTES);
    REFUSES(GetTempFileNameA(folder.file("none").c_str(), "x", 0, name), ERROR_DIRECTORY);
    const DWORD length = GetTempPathA(MAX_PATH, name);
    REQUIRE(length != 0);
    CHECK(std::string(name).size() == length);
    CHECK((name[length - 1] == '/' || name[length - 1] == '\\'));
    CHECK(GetTempPathA(1, name) == length + 1);
    CHECK(GetTempPathW(MAX_PATH, wide) == length);
}

TEST_CASE("The full path of a name", "[windows_h][file_name]") {
    char here[MAX_PATH] = {};
    REQUIRE(GetCurrentDirectoryA(MAX_PATH, here) != 0);
    const std::string folder = with_slashes(here);
    char full[MAX_PATH] = {};
    char* file = nullptr;
    const DWORD length = GetFullPathNameA("some/.././file.txt", MAX_PATH, full, &file);
    CHECK(length == std::string(full).size());
    CHECK(with_slashes(full) == folder + "/file.txt");
    REQUIRE(file != nullptr);
    CHECK(std::string(file) == "file.txt");
    CHECK(GetFullPathNameA("file.txt", 3, full, &file) == folder.size() + 10);
    CHECK(GetFullPathNameA("folder\\", MAX_PATH, full, &file) == folder.size() + 8);
    CHECK(file == nullptr);
    wchar_t wide[MAX_PATH] = {};
    wchar_t* wide_file = nullptr;
    CHECK(GetFullPathNameW(L"a\\b", MAX_PATH, wide, &wide_file) == folder.size() + 4);
    CHECK(std::wstring(wide_file) == L"b");
    if (!test::on_wine()) REFUSES(GetFullPathNameA("", MAX_PATH, full, nullptr), ERROR_INVALID_NAME);
}

TEST_CASE("A mapping over an open file", "[windows_h][mapping][file]") {
    const test::scratch_directory folder;
    const std::string path = folder.file("mapped");
    const open_file file(path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, CREATE_NEW);
    REFUSES(CreateFileMappingA(file, nullptr, PAGE_READWRITE, 0, 0, nullptr), ERROR_FILE_INVALID);
    REQUIRE(test::write_text(file, "0123456789"));
    {
        const test::owned mapping(CreateFileMappingA(file, nullptr, PAGE_READWRITE, 0, 0, nullptr));
        REQUIRE(mapping != nullptr);
        auto* const view = static_cast<char*>(MapViewOfFile(mapping, FILE_MAP_WRITE, 0, 0, 0));
        REQUIRE(view != nullptr);
        CHECK(std::string(view, 10) == "0123456789");
        view[0] = 'x';
        CHECK(FlushViewOfFile(view, 0));
        CHECK(UnmapViewOfFile(view));
    }
    CHECK(SetFilePointer(file, 0, nullptr, FILE_BEGIN) == 0);
    CHECK(test::read_text(file, 3) == "x12");
    {
        const test::owned larger(CreateFileMappingW(file, nullptr, PAGE_READWRITE, 0, 20, nullptr));
        CHECK(larger != nullptr);
        CHECK(GetFileSize(file, nullptr) == 20);
    }
    const open_file read(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE);
    REFUSES(CreateFileMappingA(read, nullptr, PAGE_READWRITE, 0, 0, nullptr), ERROR_ACCESS_DENIED);
    const test::owned readable(CreateFileMappingA(read, nullptr, PAGE_READONLY, 0, 0, nullptr));
    CHECK(readable != nullptr);
    const test::owned event(CreateEventA(nullptr, TRUE, FALSE, nullptr));
    REFUSES(CreateFileMappingA(event, nullptr, PAGE_READONLY, 0, 0, nullptr), ERROR_INVALID_HANDLE);
}
