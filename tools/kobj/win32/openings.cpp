#include "openings.hpp"

#define FMT_HEADER_ONLY
#include <fmt/format.h>

#include "win32/windows.hpp"

namespace kobj::tool {

namespace {

std::uint64_t start_of(DWORD process) {
    FILETIME begin{};
    FILETIME other{};
    const HANDLE opened = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, process);
    if (opened == nullptr) return 0;
    GetProcessTimes(opened, &begin, &other, &other, &other);
    CloseHandle(opened);
    return std::uint64_t{begin.dwHighDateTime} << 32U | begin.dwLowDateTime;
}

}  // namespace

opened_handles read_openings(const source& where, std::uint32_t id) {
    session read = read_session(where);
    const facts::process_facts* process = read.facts->process_of_id(id);
    if (process == nullptr) throw facts::unreadable(fmt::format("{}: there is no process {}", read.path, id));
    if (process->is_opaque)
        throw facts::unreadable(fmt::format("process {} ({}) may not be looked into", id, process->program));
    return {std::move(read),
            process,
            start_of(id),
            false,
            "Where they were opened, !htrace of the debugger tells.",
            [](auto, auto) { return std::optional<opening>(); }};
}

call_namer namer_of(std::uint32_t) {
    return [](const auto&) { return std::vector<std::string>(); };
}

}  // namespace kobj::tool
