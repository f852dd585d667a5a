#include "posix/windows_h/process/startup_info.hpp"

#include <kobj/process.hpp>

#include <charconv>
#include <cstdint>
#include <string_view>

#include "posix/process/start_note.hpp"
#include "posix/windows_h/text/text.hpp"

namespace kobj::windows_h {

namespace {

std::uintptr_t number_of(HANDLE handle) {
    return reinterpret_cast<std::uintptr_t>(handle);
}

}  // namespace

// Numbers with a blank behind each, then the two texts with nothing between them.
std::string pack(const startup_facts& facts) {
    const STARTUPINFOA& n = facts.numbers;
    const std::uintptr_t numbers[] = {
        n.dwX,
        n.dwY,
        n.dwXSize,
        n.dwYSize,
        n.dwXCountChars,
        n.dwYCountChars,
        n.dwFillAttribute,
        n.dwFlags,
        n.wShowWindow,
        number_of(n.hStdInput),
        number_of(n.hStdOutput),
        number_of(n.hStdError),
        facts.desktop.size(),
        facts.title.size(),
    };
    std::string text;
    bool any = false;
    for (const std::uintptr_t number : numbers) {
        any = any || number != 0;
        text += std::to_string(number) + ' ';
    }
    return any ? text + facts.desktop + facts.title : std::string();
}

startup_facts unpack(const std::string& text) {
    startup_facts facts;
    const char* at = text.data();
    const char* const end = at + text.size();
    std::uintptr_t numbers[14] = {};
    for (std::uintptr_t& number : numbers) {
        const auto [behind, error] = std::from_chars(at, end, number);
        if (error != std::errc() || behind == end) return facts;
        at = behind + 1;
    }
    const auto word = [&](int i) { return static_cast<DWORD>(numbers[i]); };
    const auto handle = [&](int i) { return reinterpret_cast<HANDLE>(numbers[i]); };
    STARTUPINFOA& n = facts.numbers;
    n.dwX = word(0);
    n.dwY = word(1);
    n.dwXSize = word(2);
    n.dwYSize = word(3);
    n.dwXCountChars = word(4);
    n.dwYCountChars = word(5);
    n.dwFillAttribute = word(6);
    n.dwFlags = word(7);
    n.wShowWindow = static_cast<WORD>(numbers[8]);
    n.hStdInput = handle(9);
    n.hStdOutput = handle(10);
    n.hStdError = handle(11);
    const std::string_view rest(at, static_cast<std::size_t>(end - at));
    facts.desktop = rest.substr(0, numbers[12]);
    facts.title = rest.substr(facts.desktop.size(), numbers[13]);
    return facts;
}

namespace {

// What the program is told of itself. The texts belong to it as long as it runs, and static destructors may read them.
struct told {
    std::string command_line = posix::own_command_line();
    std::wstring wide_command_line = to_wide(command_line);
    startup_facts facts = unpack(posix::own_start_information());
    std::wstring wide_desktop = to_wide(facts.desktop);
    std::wstring wide_title;
    told() {
        if (facts.title.empty()) facts.title = process::executable_path();
        wide_title = to_wide(facts.title);
    }
};

told& own() {
    static told& only = *new told;
    return only;
}

template <class Info>
void fill(Info* info, decltype(info->lpTitle) title, decltype(info->lpTitle) desktop) {
    const STARTUPINFOA& n = own().facts.numbers;
    *info = {};
    info->cb = sizeof *info;
    info->lpDesktop = desktop;
    info->lpTitle = title;
    info->dwX = n.dwX;
    info->dwY = n.dwY;
    info->dwXSize = n.dwXSize;
    info->dwYSize = n.dwYSize;
    info->dwXCountChars = n.dwXCountChars;
    info->dwYCountChars = n.dwYCountChars;
    info->dwFillAttribute = n.dwFillAttribute;
    info->dwFlags = n.dwFlags;
    info->wShowWindow = n.wShowWindow;
    info->hStdInput = n.hStdInput;
    info->hStdOutput = n.hStdOutput;
    info->hStdError = n.hStdError;
}

}  // namespace

}  // namespace kobj::windows_h

using namespace kobj::windows_h;

LPSTR GetCommandLineA() {
    return own().command_line.data();
}
LPWSTR GetCommandLineW() {
    return own().wide_command_line.data();
}

VOID GetStartupInfoA(LPSTARTUPINFOA info) {
    fill(info, own().facts.title.data(), own().facts.desktop.data());
}
VOID GetStartupInfoW(LPSTARTUPINFOW info) {
    fill(info, own().wide_title.data(), own().wide_desktop.data());
}
