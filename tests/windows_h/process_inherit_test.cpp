#include "process.hpp"

#include <vector>

using test::attribute_list;
using test::launch;
using test::owned;
using test::role_line;

namespace {

std::wstring text_of(HANDLE handle) {
    return std::to_wstring(reinterpret_cast<ULONG_PTR>(handle));
}

HANDLE handle_of(const test::role_args& args, std::size_t i) {
    return reinterpret_cast<HANDLE>(static_cast<ULONG_PTR>(args.number(i)));
}

// A new event, and whether it is to be inherited.
HANDLE event(BOOL inherit) {
    SECURITY_ATTRIBUTES attributes{sizeof attributes, nullptr, inherit};
    return CreateEventW(&attributes, TRUE, FALSE, nullptr);
}

}  // namespace

// Bit i: the i-th handle is open here.
ROLE(tell_open_handles) {
    int open = 0;
    for (std::size_t i = 0; i < args.size(); ++i) {
        DWORD flags = 0;
        // On Windows the start-up of the program may have a handle of its own at that value: it is an event, or not.
        if (GetHandleInformation(handle_of(args, i), &flags) && SetEvent(handle_of(args, i))) open |= 1 << i;
    }
    return open;
}

TEST_CASE("Handles are inherited at their values: none, all, or a list", "[windows_h][process][inherit]") {
    const owned a = event(TRUE);
    const owned b = event(TRUE);
    const owned c = event(FALSE);
    const std::wstring line = role_line("tell_open_handles", text_of(a) + L" " + text_of(b) + L" " + text_of(c));
    const auto state = [&] {
        int set = 0;
        const HANDLE all[] = {a, b, c};
        for (int i = 0; i < 3; ++i)
            if (WaitForSingleObject(all[i], 0) == WAIT_OBJECT_0) set |= 1 << i;
        for (HANDLE each : all) ResetEvent(each);
        return set;
    };
    // On Windows the start-up of the child may have a handle of its own at a value that was not inherited.
    const auto told = [](DWORD open, DWORD inherited) { return test::on_windows ? open & inherited : open; };
    CHECK(told(test::run({.command_line = line}), 0) == 0);
    CHECK(state() == 0);
    CHECK(told(test::run({.command_line = line, .inherit = TRUE}), 3) == 3);
    CHECK(state() == 3);
    attribute_list list;
    std::vector<HANDLE> some{b};
    REQUIRE(list.set(PROC_THREAD_ATTRIBUTE_HANDLE_LIST, some));
    STARTUPINFOEXW info{};
    info.StartupInfo.cb = sizeof info;
    info.lpAttributeList = list.get();
    const launch how{
        .command_line = line, .inherit = TRUE, .flags = EXTENDED_STARTUPINFO_PRESENT, .startup = &info.StartupInfo};
    CHECK(told(test::run(how), 2) == 2);
    CHECK(state() == 2);
    // Without the flag nobody looks at the list.
    CHECK(told(test::run({.command_line = line, .inherit = TRUE, .startup = &info.StartupInfo}), 3) == 3);
    CHECK(state() == 3);
}

TEST_CASE("A list of handles is refused when it cannot be inherited", "[windows_h][process][inherit]") {
    if (test::on_wine()) return;  // takes anything
    const owned yes = event(TRUE);
    const owned no = event(FALSE);
    HANDLE closed = event(TRUE);
    CloseHandle(closed);
    const auto start = [&](std::vector<HANDLE> handles, BOOL inherit) {
        attribute_list list;
        REQUIRE(list.set(PROC_THREAD_ATTRIBUTE_HANDLE_LIST, handles));
        STARTUPINFOEXW info{};
        info.StartupInfo.cb = sizeof info;
        info.lpAttributeList = list.get();
        test::child child;
        const bool started = launch{.command_line = role_line("tell_open_handles"),
                                    .inherit = inherit,
                                    .flags = EXTENDED_STARTUPINFO_PRESENT,
                                    .startup = &info.StartupInfo}(child);
        const DWORD error = GetLastError();
        CHECK((child.info.hProcess != nullptr) == started);
        if (started) CHECK(child.end() == 0);
        SetLastError(error);
        return started;
    };
    REFUSES(start({yes}, FALSE), ERROR_INVALID_PARAMETER);
    REFUSES(start({yes, no}, TRUE), ERROR_INVALID_PARAMETER);
    REFUSES(start({closed}, TRUE), ERROR_INVALID_PARAMETER);
    REFUSES(start({nullptr}, TRUE), ERROR_INVALID_PARAMETER);
    REFUSES(start({GetCurrentProcess()}, TRUE), ERROR_INVALID_PARAMETER);
    CHECK(start({yes, yes}, TRUE));
}

TEST_CASE("An attribute list tells its size", "[windows_h][process]") {
    SIZE_T one = 0;
    SIZE_T two = 0;
    REFUSES(InitializeProcThreadAttributeList(nullptr, 1, 0, &one), ERROR_INSUFFICIENT_BUFFER);
    REFUSES(InitializeProcThreadAttributeList(nullptr, 2, 0, &two), ERROR_INSUFFICIENT_BUFFER);
    CHECK(one != 0);
    CHECK(two > one);
    std::vector<char> memory(two);
    auto* const list = reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST>(memory.data());
    SIZE_T size = one - 1;
    REFUSES(InitializeProcThreadAttributeList(list, 1, 0, &size), ERROR_INSUFFICIENT_BUFFER);
    CHECK(size == one);
    CHECK(InitializeProcThreadAttributeList(list, 1, 0, &size));
    DeleteProcThreadAttributeList(list);
    if (!test::on_wine()) REFUSES(InitializeProcThreadAttributeList(nullptr, 1, 1, &size), ERROR_INVALID_PARAMETER);
    if (!test::on_windows) REFUSES(InitializeProcThreadAttributeList(list, 1, 0, nullptr), ERROR_INVALID_PARAMETER);
}

TEST_CASE("What does not fit into an attribute list", "[windows_h][process]") {
    const owned some = event(TRUE);
    HANDLE handles[] = {some};
    attribute_list list(2);
    const auto update = [&](DWORD_PTR attribute, void* value, SIZE_T size, DWORD flags = 0) {
        return UpdateProcThreadAttribute(list.get(), flags, attribute, value, size, nullptr, nullptr);
    };
    REFUSES(update(0x7777, handles, sizeof handles), ERROR_NOT_SUPPORTED);
    REFUSES(update(PROC_THREAD_ATTRIBUTE_HANDLE_LIST, handles, sizeof(HANDLE) - 1), ERROR_BAD_LENGTH);
    if (!test::on_wine()) {
        REFUSES(update(PROC_THREAD_ATTRIBUTE_HANDLE_LIST, handles, 0), ERROR_BAD_LENGTH);
        REFUSES(update(PROC_THREAD_ATTRIBUTE_HANDLE_LIST, handles, sizeof handles, 0x100), ERROR_INVALID_PARAMETER);
    }
    if (!test::on_windows) {
        REFUSES(update(PROC_THREAD_ATTRIBUTE_HANDLE_LIST, nullptr, sizeof handles), ERROR_INVALID_PARAMETER);
        REFUSES(UpdateProcThreadAttribute(nullptr, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, handles, sizeof handles,
                                          nullptr, nullptr),
                ERROR_INVALID_PARAMETER);
    }
    CHECK(update(PROC_THREAD_ATTRIBUTE_HANDLE_LIST, handles, sizeof handles));
    REFUSES(update(PROC_THREAD_ATTRIBUTE_HANDLE_LIST, handles, sizeof handles), 698U);  // ERROR_OBJECT_NAME_EXISTS
    attribute_list none(0);
    REFUSES(UpdateProcThreadAttribute(none.get(), 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, handles, sizeof handles,
                                      nullptr, nullptr),
            ERROR_GEN_FAILURE);
}
