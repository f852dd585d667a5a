#include <kobj/command_line.hpp>

#include <sys/stat.h>

#include <cstring>
#include <new>
#include <optional>
#include <type_traits>

#include "posix/process/start.hpp"
#include "posix/windows_h/call.hpp"
#include "posix/windows_h/file/standard_handles.hpp"
#include "posix/windows_h/process/attribute_list.hpp"
#include "posix/windows_h/process/environment.hpp"
#include "posix/windows_h/process/program_search.hpp"
#include "posix/windows_h/process/startup_info.hpp"

using namespace kobj::windows_h;

namespace {

// Without the NUL: with it 32,767.
constexpr std::size_t longest_command_line = 32766;

struct refused {
    DWORD error;
};

std::string narrow(LPCSTR text) {
    return text == nullptr ? std::string() : std::string(text);
}
std::string narrow(LPCWSTR text) {
    const name_text made(text);
    if (made.error() != 0) throw refused{made.error()};
    return std::string(made.view());
}

// As Windows counts: characters beyond U+FFFF are two.
std::size_t units(std::string_view text) noexcept {
    std::size_t count = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80 || byte >= 0xC0) ++count;
        if (byte >= 0xF0) ++count;
    }
    return count;
}

template <class Char>
std::vector<std::string> read_block(const Char* block) {
    std::vector<std::string> entries;
    for (; *block != 0; block += std::char_traits<Char>::length(block) + 1) entries.push_back(narrow(block));
    return entries;
}

void check_flags(DWORD flags) {
    constexpr DWORD no_console = DETACHED_PROCESS | CREATE_NEW_CONSOLE;
    constexpr DWORD both_machines = CREATE_SEPARATE_WOW_VDM | CREATE_SHARED_WOW_VDM;
    if ((flags & no_console) == no_console || (flags & both_machines) == both_machines)
        throw refused{ERROR_INVALID_PARAMETER};
    constexpr DWORD impossible =
        DEBUG_PROCESS | DEBUG_ONLY_THIS_PROCESS | CREATE_PROTECTED_PROCESS | CREATE_SECURE_PROCESS;
    if ((flags & impossible) != 0) throw refused{ERROR_NOT_SUPPORTED};
}

kobj::posix::os::spawn_group group_of(DWORD flags) noexcept {
    using kobj::posix::os::spawn_group;
    // A console of its own, or none: what is typed at the caller's terminal does not reach it.
    if ((flags & (DETACHED_PROCESS | CREATE_NEW_CONSOLE | CREATE_NO_WINDOW)) != 0) return spawn_group::session;
    return (flags & CREATE_NEW_PROCESS_GROUP) != 0 ? spawn_group::own : spawn_group::callers;
}

DWORD priority_class_of(DWORD flags) noexcept {
    // Of several the lowest.
    for (const DWORD each : {IDLE_PRIORITY_CLASS, BELOW_NORMAL_PRIORITY_CLASS, NORMAL_PRIORITY_CLASS,
                             ABOVE_NORMAL_PRIORITY_CLASS, HIGH_PRIORITY_CLASS, REALTIME_PRIORITY_CLASS})
        if ((flags & each) != 0) return each;
    return 0;
}

// The program, and the command line as the child shall read it.
void choose_program(const std::optional<std::string>& application, std::string& command_line,
                    kobj::posix::start_details& details) {
    if (application) {
        if (application->empty()) throw refused{ERROR_PATH_NOT_FOUND};
        if (command_line.empty()) command_line = '"' + *application + '"';
        details.program = find_application(*application);
        return;
    }
    const named_program found = find_in_command_line(command_line);
    if (found.name.empty() && found.quoted) throw refused{ERROR_INVALID_PARAMETER};
    if (found.path.empty()) throw refused{ERROR_FILE_NOT_FOUND};
    details.program = found.path;
    // What was taken for the name is its first argument, too.
    if (!found.quoted && found.name.find_first_of(" \t") != std::string_view::npos)
        command_line = '"' + std::string(found.name) + '"' + command_line.substr(found.name.size());
}

template <class Info>
startup_facts facts_of(const Info& info) {
    startup_facts facts;
    facts.numbers.dwX = info.dwX;
    facts.numbers.dwY = info.dwY;
    facts.numbers.dwXSize = info.dwXSize;
    facts.numbers.dwYSize = info.dwYSize;
    facts.numbers.dwXCountChars = info.dwXCountChars;
    facts.numbers.dwYCountChars = info.dwYCountChars;
    facts.numbers.dwFillAttribute = info.dwFillAttribute;
    facts.numbers.dwFlags = info.dwFlags;
    facts.numbers.wShowWindow = info.wShowWindow;
    if ((info.dwFlags & (STARTF_USESTDHANDLES | STARTF_USEHOTKEY)) != 0) {
        facts.numbers.hStdInput = info.hStdInput;
        facts.numbers.hStdOutput = info.hStdOutput;
        facts.numbers.hStdError = info.hStdError;
    }
    facts.desktop = narrow(info.lpDesktop);
    facts.title = narrow(info.lpTitle);
    return facts;
}

// A file that is no program is told as such on Windows, where every file may be run.
DWORD error_of(const kobj::failure& why, const std::string& path, bool by_name) noexcept {
    if (why == kobj::errc::access_denied) {
        struct stat facts {};
        if (stat(path.c_str(), &facts) == 0 && S_ISREG(facts.st_mode) && !is_image(path)) return ERROR_BAD_EXE_FORMAT;
    }
    const bool missing = why == kobj::errc::file_not_found || why == kobj::errc::path_not_found;
    if (missing && by_name && path.find('"') != std::string::npos) return ERROR_INVALID_NAME;
    return why.value();
}

template <class Char, class Info>
BOOL create(const Char* application, const Char* command_line, const SECURITY_ATTRIBUTES* of_process,
            const SECURITY_ATTRIBUTES* of_thread, BOOL inherit, DWORD flags, const void* block, const Char* directory,
            const Info* info, PROCESS_INFORMATION* made) noexcept {
    using extended_info = std::conditional_t<std::is_same_v<Char, wchar_t>, STARTUPINFOEXW, STARTUPINFOEXA>;
    if (info == nullptr || made == nullptr) return refuse(ERROR_INVALID_PARAMETER);
    *made = {};
    if (application == nullptr && command_line == nullptr) return refuse(ERROR_INVALID_PARAMETER);
    try {
        check_flags(flags);
        kobj::process_options options;
        kobj::posix::start_details details;
        if (inherit != FALSE) options.inherit = kobj::inherit::all;
        if ((flags & EXTENDED_STARTUPINFO_PRESENT) != 0) {
            if (info->cb != sizeof(extended_info)) return refuse(ERROR_INVALID_PARAMETER);
            const auto* list = reinterpret_cast<const extended_info*>(info)->lpAttributeList;
            std::span<const HANDLE> handles;
            if (find_attribute(list, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, handles)) {
                if (inherit == FALSE) return refuse(ERROR_INVALID_PARAMETER);
                options.inherit = kobj::inherit::list;
                for (HANDLE each : handles) options.handles.push_back(value_of(each));
            }
            if (find_attribute(list, PROC_THREAD_ATTRIBUTE_JOB_LIST, handles))
                for (HANDLE each : handles) options.jobs.push_back(value_of(each));
            if (find_attribute(list, PROC_THREAD_ATTRIBUTE_PARENT_PROCESS, handles)) {
                details.parent = value_of(handles.front());
                if (!details.parent) return refuse(ERROR_INVALID_HANDLE);
            }
        }
        options.break_away = (flags & CREATE_BREAKAWAY_FROM_JOB) != 0;
        options.suspended = (flags & CREATE_SUSPENDED) != 0;
        options.inheritable = inheritable(of_process);
        if (block == nullptr) {
            options.environment = environment::all();
        } else {
            options.environment = (flags & CREATE_UNICODE_ENVIRONMENT) != 0
                                      ? read_block(static_cast<const wchar_t*>(block))
                                      : read_block(static_cast<const char*>(block));
        }
        if (directory != nullptr) {
            if (*directory == 0) return refuse(ERROR_DIRECTORY);
            options.working_directory = narrow(directory);
        }
        details.thread_inheritable = inheritable(of_thread);
        details.group = group_of(flags);
        details.priority_class = priority_class_of(flags);
        details.any_environment = true;
        details.streams = (info->dwFlags & STARTF_USESTDHANDLES) != 0
                              ? standard_streams(info->hStdInput, info->hStdOutput, info->hStdError)
                              : standard_streams();
        details.note.information = pack(facts_of(*info));
        std::string& text = details.note.command_line;
        text = narrow(command_line);
        if (units(text) > longest_command_line) return refuse(ERROR_FILENAME_EXCED_RANGE);
        std::optional<std::string> name;
        if (application != nullptr) name = narrow(application);
        choose_program(name, text, details);
        const auto started = kobj::posix::start(kobj::split_command_line(text), options, details);
        if (!started) return refuse(error_of(started.error(), details.program, name.has_value()));
        made->hProcess = started->process.native();
        made->hThread = started->thread.native();
        made->dwProcessId = started->id;
        made->dwThreadId = started->id;
        return TRUE;
    } catch (const refused& why) {
        return refuse(why.error);
    } catch (const std::bad_alloc&) {
        return refuse(ERROR_NOT_ENOUGH_MEMORY);
    }
}

}  // namespace

BOOL CreateProcessA(LPCSTR application, LPSTR command_line, LPSECURITY_ATTRIBUTES of_process,
                    LPSECURITY_ATTRIBUTES of_thread, BOOL inherit, DWORD flags, LPVOID environment, LPCSTR directory,
                    LPSTARTUPINFOA info, LPPROCESS_INFORMATION made) {
    return create(application, static_cast<LPCSTR>(command_line), of_process, of_thread, inherit, flags, environment,
                  directory, info, made);
}
BOOL CreateProcessW(LPCWSTR application, LPWSTR command_line, LPSECURITY_ATTRIBUTES of_process,
                    LPSECURITY_ATTRIBUTES of_thread, BOOL inherit, DWORD flags, LPVOID environment, LPCWSTR directory,
                    LPSTARTUPINFOW info, LPPROCESS_INFORMATION made) {
    return create(application, static_cast<LPCWSTR>(command_line), of_process, of_thread, inherit, flags, environment,
                  directory, info, made);
}
