#include <dirent.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>

#include "posix/process/query.hpp"
#include "posix/windows_h/call.hpp"
#include "posix/windows_h/text/text.hpp"

using namespace kobj::windows_h;
using kobj::posix::running_id;

namespace {

FILETIME as_file_time(std::uint64_t ticks) noexcept {
    return {static_cast<DWORD>(ticks), static_cast<DWORD>(ticks >> 32U)};
}
// Nanoseconds, since 1970 or of a span.
FILETIME span(std::uint64_t nanoseconds) noexcept {
    return as_file_time(nanoseconds / 100);
}
FILETIME moment(std::uint64_t nanoseconds) noexcept {
    constexpr std::uint64_t unix_epoch = 116'444'736'000'000'000;
    return nanoseconds == 0 ? FILETIME{} : as_file_time(nanoseconds / 100 + unix_epoch);
}

// Empty when the process has gone.
std::string image_of(DWORD id) {
    const std::string link = "/proc/" + std::to_string(id) + "/exe";
    std::string path(PATH_MAX, '\0');
    const ssize_t got = ::readlink(link.c_str(), path.data(), path.size());
    path.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    // The kernel marks a file that has been removed or replaced.
    if (constexpr std::string_view mark = " (deleted)"; path.ends_with(mark)) path.resize(path.size() - mark.size());
    return path;
}

template <class Char>
BOOL image_name(HANDLE process, DWORD flags, Char* name, PDWORD size) noexcept {
    if (name == nullptr || size == nullptr || (flags & ~PROCESS_NAME_NATIVE) != 0)
        return refuse(ERROR_INVALID_PARAMETER);
    const auto id = running_id(value_of(process));
    if (!id) return refuse(id.error().value());
    try {
        const std::string path = *id == 0 ? std::string() : image_of(*id);
        // The process might have ended, and its PID be another's.
        const auto still = running_id(value_of(process));
        if (path.empty() || !still || *still != *id) return refuse(ERROR_GEN_FAILURE);
        const auto text = to_form<Char>(path);
        if (text.size() >= *size) return refuse(ERROR_INSUFFICIENT_BUFFER);
        *size = give(text, name, *size);
        return TRUE;
    } catch (const std::bad_alloc&) {
        return refuse(ERROR_NOT_ENOUGH_MEMORY);
    }
}

constexpr unsigned most_processors = 64;

DWORD_PTR mask_of(const cpu_set_t& set) noexcept {
    DWORD_PTR mask = 0;
    for (unsigned i = 0; i < most_processors; ++i)
        if (CPU_ISSET(i, &set)) mask |= DWORD_PTR{1} << i;
    return mask;
}

DWORD_PTR all_processors() noexcept {
    const long count = sysconf(_SC_NPROCESSORS_CONF);
    return count >= static_cast<long>(most_processors) ? ~DWORD_PTR{0} : (DWORD_PTR{1} << count) - 1;
}

}  // namespace

BOOL GetProcessTimes(HANDLE process, LPFILETIME began, LPFILETIME ended, LPFILETIME kernel, LPFILETIME user) {
    if (began == nullptr || ended == nullptr || kernel == nullptr || user == nullptr)
        return refuse(ERROR_INVALID_PARAMETER);
    const auto times = kobj::posix::times_of(value_of(process));
    if (!times) return refuse(times.error().value());
    *began = moment(times->began);
    *ended = moment(times->ended);
    *kernel = span(times->kernel_time);
    *user = span(times->user_time);
    return TRUE;
}

DWORD GetPriorityClass(HANDLE process) {
    const auto number = kobj::posix::priority_class_of(value_of(process));
    if (!number) return static_cast<DWORD>(refuse(number.error().value()));
    return *number;
}

BOOL SetPriorityClass(HANDLE process, DWORD number) {
    switch (number) {
        case IDLE_PRIORITY_CLASS:
        case BELOW_NORMAL_PRIORITY_CLASS:
        case NORMAL_PRIORITY_CLASS:
        case ABOVE_NORMAL_PRIORITY_CLASS:
        case HIGH_PRIORITY_CLASS:
        case REALTIME_PRIORITY_CLASS:
            return done(kobj::posix::set_priority_class(value_of(process), number));
        case PROCESS_MODE_BACKGROUND_BEGIN:
        case PROCESS_MODE_BACKGROUND_END:
            return refuse(ERROR_NOT_SUPPORTED);
        default:
            return refuse(ERROR_INVALID_PARAMETER);
    }
}

BOOL QueryFullProcessImageNameA(HANDLE process, DWORD flags, LPSTR name, PDWORD size) {
    return image_name(process, flags, name, size);
}
BOOL QueryFullProcessImageNameW(HANDLE process, DWORD flags, LPWSTR name, PDWORD size) {
    return image_name(process, flags, name, size);
}

BOOL IsWow64Process(HANDLE process, PBOOL answer) {
    if (answer == nullptr) return refuse(ERROR_INVALID_PARAMETER);
    const auto id = running_id(value_of(process));
    if (!id) return refuse(id.error().value());
    *answer = FALSE;
    return TRUE;
}

BOOL GetProcessAffinityMask(HANDLE process, PDWORD_PTR its, PDWORD_PTR systems) {
    if (its == nullptr || systems == nullptr) return refuse(ERROR_INVALID_PARAMETER);
    const auto id = running_id(value_of(process));
    if (!id) return refuse(id.error().value());
    cpu_set_t set;
    CPU_ZERO(&set);
    if (*id != 0) sched_getaffinity(static_cast<pid_t>(*id), sizeof set, &set);
    *its = mask_of(set);
    *systems = all_processors();
    return TRUE;
}

BOOL SetProcessAffinityMask(HANDLE process, DWORD_PTR mask) {
    const auto id = running_id(value_of(process), PROCESS_SET_INFORMATION);
    if (!id) return refuse(id.error().value());
    if (mask == 0 || (mask & ~all_processors()) != 0) return refuse(ERROR_INVALID_PARAMETER);
    if (*id == 0) return refuse(ERROR_ACCESS_DENIED);
    cpu_set_t set;
    CPU_ZERO(&set);
    for (unsigned i = 0; i < most_processors; ++i)
        if ((mask >> i & 1) != 0) CPU_SET(i, &set);
    // Linux keeps it for each thread.
    char path[64];
    std::snprintf(path, sizeof path, "/proc/%u/task", *id);
    DIR* const threads = opendir(path);
    if (threads == nullptr) return refuse(ERROR_ACCESS_DENIED);
    bool any = false;
    while (const dirent* each = readdir(threads)) {
        const int thread = std::atoi(each->d_name);
        any = (thread > 0 && sched_setaffinity(thread, sizeof set, &set) == 0) || any;
    }
    closedir(threads);
    return any ? TRUE : refuse(ERROR_INVALID_PARAMETER);
}
