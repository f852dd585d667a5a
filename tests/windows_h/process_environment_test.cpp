#include "process.hpp"

#include <cstdlib>

using test::launch;
using test::role_line;

namespace {

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "<none>" : value;
}

// What a program needs to run at all.
std::wstring needed() {
    std::wstring block;
    for (const std::string name : {"PATH", "SystemRoot", "WINEPREFIX", "LD_LIBRARY_PATH", "KOBJ_SESSION"}) {
        const std::string value = test::get_environment(name);
        if (!value.empty()) block += test::wide(name + "=" + value) + L'\0';
    }
    return block;
}

}  // namespace

ROLE(write_two_variables) {
    test::write_file(args.text(0), variable("KOBJ_TEST_ONE") + "|" + variable("KOBJ_TEST_TWO"));
    return 0;
}

TEST_CASE("The child's environment", "[windows_h][process]") {
    const test::scratch_directory folder;
    const std::string out = folder.file("out");
    const std::wstring line = role_line("write_two_variables", test::wide(out));
    SetEnvironmentVariableW(L"KOBJ_TEST_ONE", L"parent's");
    const auto told = [&](const launch& how) {
        CHECK(test::run(how) == 0);
        return test::read_file(out);
    };
    CHECK(told({.command_line = line}) == "parent's|<none>");
    const std::wstring wide = needed() + std::wstring(L"KOBJ_TEST_TWO=a b=c\0=C:=C:\\folder\0", 34) + L'\0';
    CHECK(told({.command_line = line, .flags = CREATE_UNICODE_ENVIRONMENT, .environment = wide.c_str()}) ==
          "<none>|a b=c");
    const std::string narrow(wide.begin(), wide.end());
    CHECK(told({.command_line = line, .environment = narrow.c_str()}) == "<none>|a b=c");
    // Much of it.
    std::wstring much = needed();
    for (int i = 0; i < 1000; ++i) much += L"KOBJ_TEST_" + std::to_wstring(i) + L"=" + std::wstring(50, L'x') + L'\0';
    much += std::wstring(L"KOBJ_TEST_ONE=") + std::wstring(30'000, L'y') + L'\0';
    much += L'\0';
    CHECK(told({.command_line = line, .flags = CREATE_UNICODE_ENVIRONMENT, .environment = much.c_str()}) ==
          std::string(30'000, 'y') + "|<none>");
    // Nothing of it.
    CHECK(told({.command_line = line, .flags = CREATE_UNICODE_ENVIRONMENT, .environment = L"\0"}) == "<none>|<none>");
    CHECK(told({.command_line = line, .environment = "\0"}) == "<none>|<none>");
    SetEnvironmentVariableW(L"KOBJ_TEST_ONE", nullptr);
}

// The variable that carries the command line is not the child's, nor its children's.
ROLE(look_for_carriers) {
    if (std::getenv("KOBJ_START") != nullptr) return 1;
    if (args.size() < 1) return 0;
    return static_cast<int>(test::run({.command_line = role_line("look_for_carriers")}));
}

TEST_CASE("The environment has nothing that was not given", "[windows_h][process]") {
    CHECK(test::run({.command_line = role_line("look_for_carriers", L"  again  ")}) == 0);
}
