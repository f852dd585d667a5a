#include "argument.hpp"

#include <kobj/command_line.hpp>

#include "posix/process/start_note.hpp"
#include "posix/windows_h/process/startup_info.hpp"
#include "posix/windows_h/text/text.hpp"

#include <shellapi.h>
#include <windows.h>

#include <algorithm>
#include <vector>

// Command lines: what is taken apart and put together is the same when it is taken apart again, by both sets of rules.
// And what a child is told by its parent's variable, which may hold anything.

namespace {

using texts = std::vector<std::string>;

bool same_to_the_shell(const texts& arguments) {
    int count = 0;
    LPWSTR* const list =
        CommandLineToArgvW(kobj::windows_h::to_wide(kobj::join_command_line(arguments)).c_str(), &count);
    HOLD(list != nullptr);
    bool same = static_cast<std::size_t>(count) == arguments.size();
    for (std::size_t i = 0; same && i < arguments.size(); ++i) same = kobj::windows_h::to_wide(arguments[i]) == list[i];
    LocalFree(list);
    return same;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(bytes), size);
    const texts taken = kobj::split_command_line(text);
    HOLD(taken.empty() == text.empty());
    if (!taken.empty()) HOLD(kobj::split_command_line(kobj::join_command_line(taken)) == taken);

    // Any arguments behind a program's name, with lines for arguments.
    texts arguments{"program"};
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        arguments.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    HOLD(kobj::split_command_line(kobj::join_command_line(arguments)) == arguments);
    const bool plain = std::all_of(text.begin(), text.end(), [](char c) { return c > 0; });
    if (plain) HOLD(same_to_the_shell(arguments));

    int count = 0;
    if (LPWSTR* const list = CommandLineToArgvW(fuzz::wide_text({bytes, size}).c_str(), &count)) {
        HOLD(count >= 1 && list[count] == nullptr);
        LocalFree(list);
    }

    setenv(kobj::posix::start_variable::name, fuzz::narrow_text({bytes, size}).c_str(), 1);
    char program[] = "program";
    char* argv[] = {program, nullptr};
    kobj::posix::take_start_variable(1, argv);
    HOLD(getenv(kobj::posix::start_variable::name) == nullptr);
    (void)kobj::windows_h::unpack(text);
    return 0;
}
