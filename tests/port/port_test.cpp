#include "support/catch.hpp"
#include "support/platform.hpp"
#include "support/scratch.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "code.hpp"
#include "command.hpp"
#include "survey.hpp"

namespace {

// How often which function is used, as in "CloseHandle 2, SetEvent 1".
using uses = std::map<std::string, std::size_t>;

// What a tree with these files uses.
uses used_by(const std::map<std::string, std::string>& files) {
    const test::scratch_directory tree;
    for (const auto& [name, text] : files) test::write_file(tree.file(name), text);
    uses found;
    for (const auto& each : port::survey_of(tree.path()).functions)
        found[std::string(each.of->name)] = each.places.size();
    return found;
}
uses used_by(const std::string& code) {
    return used_by(std::map<std::string, std::string>{{"a.cpp", code}});
}
// The same inside a function.
uses used_in(const std::string& body) {
    return used_by("void here() {\n" + body + "\n}\n");
}

}  // namespace

TEST_CASE("Calls are uses, and the letters A and W are of no matter", "[port]") {
    CHECK(used_in("CreateMutex(0, 0, 0); CreateMutexA(0, 0, 0); CreateMutexW(0, 0, 0); CloseHandle(h);") ==
          uses{{"CreateMutex", 3}, {"CloseHandle", 1}});
    CHECK(used_in("if (CloseHandle(h)) return CloseHandle(h); else CloseHandle(h); (void)CloseHandle(h);") ==
          uses{{"CloseHandle", 4}});
    CHECK(used_in("::CloseHandle(h); return ::CloseHandle(h);") == uses{{"CloseHandle", 2}});
    CHECK(used_in("x = GetTickCount() * GetTickCount();") == uses{{"GetTickCount", 2}});
    CHECK(used_by("HANDLE gate = CreateEvent(0, 0, 0, 0);") == uses{{"CreateEvent", 1}});
    CHECK(used_by("handle gate(CreateEvent(0, 0, 0, 0)); handle other{CreateEvent(0, 0, 0, 0)};") ==
          uses{{"CreateEvent", 2}});
    CHECK(used_in("std::thread([&] { SetEvent(h); if (x) { SetEvent(h); } }); SetEvent(h);") == uses{{"SetEvent", 3}});
    CHECK(used_in("RegOpenKeyExW(a, b); CommandLineToArgvW(a, b);") ==
          uses{{"RegOpenKeyEx", 1}, {"CommandLineToArgvW", 1}});
}

TEST_CASE("Comments, strings and what is switched off are no uses", "[port]") {
    CHECK(used_in("// CloseHandle(h);\n/* CloseHandle(h);\n CloseHandle(h); */ x = \"CloseHandle(h)\";") == uses{});
    CHECK(used_in("// a comment that goes on \\\n CloseHandle(h);\nSetEvent(h);") == uses{{"SetEvent", 1}});
    CHECK(used_in("x = R\"a(\" CloseHandle(h) )\" )a\"; y = L\"\\\"CloseHandle(h)\"; z = '\"'; SetEvent(h);") ==
          uses{{"SetEvent", 1}});
    CHECK(used_in("x = 1'000'000; SetEvent(h); y = 0x1'0;") == uses{{"SetEvent", 1}});
    CHECK(
        used_by("#if 0\nvoid f() { CloseHandle(h);\n#if X\n#else\n#endif\n#else\nvoid f() { SetEvent(h);\n#endif\n}") ==
        uses{{"SetEvent", 1}});
    CHECK(used_by("#include <CloseHandle(h)>\n#error don't CloseHandle(h)\nvoid f() { SetEvent(h); }") ==
          uses{{"SetEvent", 1}});
}

TEST_CASE("Methods and names in namespaces are no uses", "[port]") {
    CHECK(used_in("a.CloseHandle(h); a->CloseHandle(h); a::CloseHandle(h); a<b>::CloseHandle(h); (*a).SetEvent();") ==
          uses{});
    CHECK(used_by("class gate { public: void SetEvent(); void Reset() { SetEvent(); } };\n"
                  "void gate::SetEvent() { ::SetEvent(h); }\n"
                  "void gate::twice() { SetEvent(); SetEvent(); }\n"
                  "void elsewhere() { SetEvent(h); }") == uses{{"SetEvent", 2}});
    CHECK(used_by({{"a.h", "struct gate { BOOL ResetEvent(); bool operator==(const gate&) const; };"},
                   {"b.cpp", "void gate::x() { ResetEvent(); }\nvoid y() { ResetEvent(h); }"}}) ==
          uses{{"ResetEvent", 1}});
}

TEST_CASE("A function of the tree's own with the name is no use", "[port]") {
    CHECK(used_by("BOOL CloseHandle(HANDLE h) { return SetEvent(h); }\nvoid f() { CloseHandle(h); }") ==
          uses{{"SetEvent", 1}});
    CHECK(used_by({{"a.c", "void Beep(int x)\n{\n}\n"}, {"b.c", "void f(void) { Beep(1); }"}}) == uses{});
    // A static one is that of its file; in a header it is that of those who include it.
    CHECK(used_by({{"a.c", "static void Sleep(int x) { }\nvoid g(void) { Sleep(1); }"},
                   {"b.c", "void f(void) { Sleep(1); }"}}) == uses{{"Sleep", 1}});
    CHECK(used_by({{"a.h", "static inline void Sleep(int x) { }"}, {"b.c", "void f(void) { Sleep(1); }"}}) == uses{});
    // Only declared: it may be Win32's.
    CHECK(used_by("extern \"C\" { BOOL __stdcall CloseHandle(HANDLE); }\nvoid f() { CloseHandle(h); }") ==
          uses{{"CloseHandle", 1}});
    CHECK(used_by("struct Rectangle { int a; };\nRectangle r = Rectangle(1);\nvoid f() { g(Rectangle{1}); }") ==
          uses{});
    CHECK(used_by("enum keys { Escape, Tab };\nvoid f(int k) { switch (k) { case Escape: g(Escape); } }") == uses{});
    CHECK(used_by("typedef struct _Arc { int a; } Arc;\nvoid f() { g(sizeof(Arc)); h(Arc(1)); }") == uses{});
    CHECK(used_by("void f() { BOOL (WINAPI *CancelIoEx)(HANDLE) = load(\"CancelIoEx\"); CancelIoEx(h); }") == uses{});
    CHECK(used_by("void f() { auto Sleep = [](int) {}; Sleep(1); }") == uses{});
}

TEST_CASE("Macros are read, too", "[port]") {
    CHECK(used_by("#define LOCK(h) WaitForSingleObject((h), INFINITE)\nvoid f() { LOCK(h); LOCK(h); }") ==
          uses{{"WaitForSingleObject", 1}});
    CHECK(used_by("#define LOCK(h) \\\n    do { \\\n        SetEvent(h); \\\n    } while (0)\n") ==
          uses{{"SetEvent", 1}});
    CHECK(used_by("#define WAKE SetEvent\nvoid f() { WAKE(h); }") == uses{{"SetEvent", 1}});
    CHECK(used_by("#define Sleep(x) my_sleep(x)\nvoid f() { Sleep(1); }") == uses{});
    CHECK(used_by("#define CloseHandle(h) (log(h), CloseHandle(h))\nvoid f() { CloseHandle(h); }") ==
          uses{{"CloseHandle", 1}});
    CHECK(used_in("#define A(x) #x\nSetEvent(h);\n#undef A\n") == uses{{"SetEvent", 1}});
}

TEST_CASE("A function that is named and not called is used", "[port]") {
    CHECK(used_by("std::unique_ptr<void, decltype(&CloseHandle)> p(h, &CloseHandle);\n"
                  "struct row table[] = {{\"close\", CloseHandle}, {\"set\", SetEvent}};\n"
                  "void f() { g(CloseHandle); auto x = CloseHandle; }") == uses{{"CloseHandle", 5}, {"SetEvent", 1}});
    CHECK(used_in("Rectangle r; Rectangle* p; std::vector<int> Arc;") == uses{});
}

TEST_CASE("Both branches of an #if are read, and do not upset the braces", "[port]") {
    CHECK(used_by("#ifdef _WIN32\nvoid f() { if (SetEvent(h)) {\n#else\nvoid f() { if (x) {\n#endif\n} }\n"
                  "BOOL g() { return ResetEvent(h); }\nclass a { void SetEvent(); };") ==
          uses{{"SetEvent", 1}, {"ResetEvent", 1}});
}

TEST_CASE("Constructors with lists of initializers", "[port]") {
    CHECK(used_by("gate::gate() : a_{CreateEvent(0, 0, 0, 0)}, b_(CreateMutex(0, 0, 0)) { SetEvent(a_); }\n"
                  "gate::~gate() noexcept { CloseHandle(a_); }\n"
                  "gate& gate::operator=(gate&& other) { CloseHandle(a_); return *this; }\n"
                  "class x { x& operator=(x&&) { return *this; } void ResetEvent(); };\n") ==
          uses{{"CreateEvent", 1}, {"CreateMutex", 1}, {"SetEvent", 1}, {"CloseHandle", 2}});
}

TEST_CASE("What is there, in part and not is told apart", "[port]") {
    const test::scratch_directory tree;
    test::write_file(tree.file("a.c"), "void f(void) { CloseHandle(h); }\n");
    const auto run = [&](const std::string& option) { return port::run({option, tree.path().string()}); };
    const auto text = run("--places");
    CHECK(text.code == 0);
    CHECK(text.out.find("CloseHandle     1      1  complete\n") != std::string::npos);
    CHECK(text.out.find("a.c:1\n") != std::string::npos);
    CHECK(text.out.find("1 files, 1 lines. Functions of Win32: 1, used 1 times; 1 complete, 0 partial, 0 missing.\n") !=
          std::string::npos);
    test::write_file(tree.file("a.c"), "void f(void) {\n  lstrcpy(a, b);\n  RegCloseKey(k); }\n");
    CHECK(run("--places").code == 1);
    CHECK(run("--places").out.find("RegCloseKey     1      1  missing (advapi32)\n") != std::string::npos);
    CHECK(run("--places").out.find("lstrcpy         1      1  partial: ") != std::string::npos);
    const auto json = run("--json");
    CHECK(json.code == 1);
    CHECK(json.out.find("\"name\": \"RegCloseKey\", \"state\": \"missing\", \"library\": \"advapi32\"") !=
          std::string::npos);
    CHECK(json.out.find("\"line\": 3}") != std::string::npos);
    test::write_file(tree.file("a.c"), "");
    CHECK(run("--json").code == 0);
}

// tests/port/sample: a service as they are, with wrappers, a table of functions, the registry, and some traps.
TEST_CASE("A sample of a real tree", "[port]") {
    uses found;
    for (const auto& each : port::survey_of(KOBJ_PORT_SAMPLE).functions)
        found[std::string(each.of->name)] = each.places.size();
    const uses expected = {{"CloseHandle", 7},
                           {"CreateEvent", 2},
                           {"CreateFile", 1},
                           {"CreateMutex", 1},
                           {"CreateThread", 1},
                           {"GetLastError", 1},
                           {"GetModuleHandle", 1},
                           {"GetProcAddress", 1},
                           {"MessageBox", 1},
                           {"RegCloseKey", 1},
                           {"RegOpenKeyEx", 1},
                           {"RegQueryValueEx", 1},
                           {"ReleaseMutex", 1},
                           {"ResetEvent", 1},
                           {"SetEvent", 2},
                           {"Sleep", 1},
                           {"WaitForMultipleObjects", 2},
                           {"WaitForSingleObject", 1}};
    CHECK(found == expected);
}

TEST_CASE("Wrong arguments are told", "[port]") {
    const test::scratch_directory tree;
    CHECK(port::run({}).code == 2);
    CHECK(port::run({"--what", tree.path().string()}).code == 2);
    CHECK(port::run({tree.path().string(), tree.path().string()}).code == 2);
    CHECK(port::run({tree.file("none")}).code == 2);
    CHECK(port::run({tree.file("none")}).error.find("there is no ") != std::string::npos);
    CHECK(port::run({"--help"}).code == 0);
}

TEST_CASE("Files that are no source text are left out", "[port]") {
    const test::scratch_directory tree;
    test::write_file(tree.file("a.c"), std::string("\x7F"
                                                   "ELF\0CloseHandle(h)",
                                                   20));
    test::write_file(tree.file("b.txt"), "CloseHandle(h);");
    std::filesystem::create_directory(tree.path() / "folder.c");
    std::filesystem::create_directory(tree.path() / ".git");
    test::write_file(tree.file(".git/c.c"), "void f() { CloseHandle(h); }");
    // UTF-16, as Windows's editors write it.
    std::string utf16 = "\xFF\xFE";
    for (const char c : std::string("void f() { SetEvent(h); }")) utf16 += {c, '\0'};
    test::write_file(tree.file("d.c"), utf16);
    const auto found = port::survey_of(tree.path());
    CHECK(found.files == 1);
    REQUIRE(found.functions.size() == 1);
    CHECK(found.functions[0].of->name == "SetEvent");
    REQUIRE(found.left.size() == 1);
    CHECK(found.left[0].reason == "not text");
    CHECK(port::run({tree.path().string()}).code == 0);
}

TEST_CASE("Code that is none ends, and soon", "[port]") {
    for (const char* bad : {"\"", "'", "/*", "R\"(", "#define", "#if 0", "#", "\\", "}}}", "{{{", "((", "#define X(",
                            "#else\n#endif\n#endif", "u8R\"", "L'\\", "class {", "::CloseHandle", "CloseHandle", "1'"})
        CHECK_NOTHROW(port::read_code(bad));
    std::string random;
    std::uint32_t state = 1;
    for (int i = 0; i < 50'000; ++i) {
        state = state * 1664525 + 1013904223;
        random += "CloseHandle(){};#\n\"'/*\\<>:=,& \tclass"[(state >> 16) % 37];
    }
    CHECK_NOTHROW(port::read_code(random));
    // One statement, or one line, of very many tokens.
    std::string list = "int x = f(";
    for (int i = 0; i < 20'000; ++i) list += "{1, SetEvent(h)}, ";
    CHECK(port::read_code(list).mentions.size() == 20'000);
    std::string types;
    for (int i = 0; i < 20'000; ++i) types += "struct a {} ";
    CHECK_NOTHROW(port::read_code(types));
    CHECK_NOTHROW(port::read_code(std::string(200'000, '{')));
    CHECK_NOTHROW(port::read_code(std::string(200'000, '(')));
    std::string conditions;
    for (int i = 0; i < 2'000; ++i) conditions += "#if X\nvoid f() {\n";
    CHECK_NOTHROW(port::read_code(conditions));
}

#if !defined(_WIN32)
#    include <sys/stat.h>
#    include <unistd.h>

TEST_CASE("Links, pipes and files that may not be read", "[port]") {
    namespace fs = std::filesystem;
    const test::scratch_directory tree;
    fs::create_directory(tree.path() / "inner");
    test::write_file(tree.file("inner/a.c"), "void f() { SetEvent(h); }");
    fs::create_directory_symlink("..", tree.path() / "inner" / "loop");
    fs::create_directory_symlink("loop.c", tree.path() / "loop.c");
    fs::create_symlink("inner/a.c", tree.path() / "z.c");
    fs::create_symlink("/dev/zero", tree.path() / "zero.c");
    REQUIRE(mkfifo(tree.file("pipe.c").c_str(), 0600) == 0);
    auto found = port::survey_of(tree.path());
    CHECK(found.files == 1);
    REQUIRE(found.functions.size() == 1);
    CHECK(found.functions[0].places.size() == 1);
    CHECK(found.left.size() == 3);
    // The link that leads to itself is a file that nobody can read.
    CHECK(port::run({tree.path().string()}).code == 2);
    fs::remove(tree.path() / "loop.c");
    CHECK(port::run({tree.path().string()}).code == 0);
    test::write_file(tree.file("secret.c"), "void f() { CloseHandle(h); }");
    REQUIRE(chmod(tree.file("secret.c").c_str(), 0) == 0);
    if (geteuid() != 0) CHECK(port::run({tree.path().string()}).code == 2);
    // Names that are not text must not break the report.
    test::write_file(tree.file("bad\xFF\n\".c"), "void f() { CloseHandle(h); }");
    const auto json = port::run({"--json", tree.path().string()});
    CHECK(json.out.find("bad\\ufffd\\u000a\\\".c") != std::string::npos);
}
#endif
