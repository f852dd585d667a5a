#include <kobj/inspect.hpp>

#include "common/explain.hpp"
#include "native.hpp"
#include "nt.hpp"
#include "wide.hpp"

#include <algorithm>
#include <new>
#include <optional>
#include <utility>

namespace kobj::inspect {
namespace {

bool is_kobj_type(object_type type) noexcept {
    return type != object_type::none && type != object_type::other;
}

// Where the local names of the session stand.
// https://learn.microsoft.com/windows/win32/termserv/kernel-object-namespaces
std::string short_name(std::wstring_view path) {
    constexpr std::wstring_view global = L"\\BaseNamedObjects\\";
    DWORD session = 0;
    ProcessIdToSessionId(GetCurrentProcessId(), &session);
    const std::wstring local = L"\\Sessions\\" + std::to_wstring(session) + std::wstring(global);
    if (path.starts_with(local)) return detail::to_utf8(path.substr(local.size()));
    if (!path.starts_with(global)) return detail::to_utf8(path);
    const auto bare = detail::to_utf8(path.substr(global.size()));
    return session == 0 ? bare : "Global\\" + bare;  // session 0 has no other place for its local names
}

// Nothing, when the handle is closed meanwhile.
std::optional<handle_info> describe(const detail::nt::open_handle& open) {
    handle_info info{.value = handle_value(open.value), .object = open.object};
    const auto flags = get_flags(info.value);
    const auto type = type_of(info.value);
    const auto basics = detail::nt::query_basics(detail::native(info.value));
    if (!flags || !type || !basics) return std::nullopt;
    info.type = *type;
    info.flags = *flags;
    info.access = basics->granted_access;
    info.usage_count = basics->handle_count;
    if (is_kobj_type(*type)) info.name = short_name(detail::nt::query_name(detail::native(info.value)));
    return info;
}

// Where the system does not list the handles: value after value is asked until all that exist are found. Wine does not
// tell how many there are, and asking takes it long: there the search ends where no more seem to come.
std::vector<detail::nt::open_handle> probe_own_handles() {
    DWORD count = 0;
    GetProcessHandleCount(GetCurrentProcess(), &count);
    const bool counted = count != 0;
    constexpr std::uintptr_t end = std::uintptr_t{4} << 24U;  // 2^24 handles are the most that Windows gives a process
    constexpr int long_gap = 512;
    std::vector<detail::nt::open_handle> found;
    int gap = 0;
    for (std::uintptr_t value = 4; value < end; value += 4) {
        if (counted ? found.size() == count : gap == long_gap) break;
        ++gap;
        if (!get_flags(handle_value(value))) continue;
        found.push_back({0, value});
        gap = 0;
    }
    return found;
}

bool exists(std::uint32_t process_id) noexcept {
    const HANDLE opened = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, process_id);
    const bool is_none = opened == nullptr && GetLastError() == ERROR_INVALID_PARAMETER;
    if (opened != nullptr) CloseHandle(opened);
    return !is_none;
}

}  // namespace

result<std::uint32_t> usage_count(handle_value value) {
    auto basics = detail::nt::query_basics(detail::native(value));
    if (!basics) return std::move(basics).error();
    return basics->handle_count;
}

result<std::vector<handle_info>> handle_table() try {
    auto listed = detail::nt::query_own_handles();
    auto handles = listed ? *std::move(listed) : probe_own_handles();
    std::sort(handles.begin(), handles.end(), [](const auto& a, const auto& b) { return a.value < b.value; });
    std::vector<handle_info> table;
    table.reserve(handles.size());
    for (const auto& each : handles)
        if (auto info = describe(each)) table.push_back(*std::move(info));
    return table;
} catch (const std::bad_alloc&) {
    return errc::not_enough_memory;
}

result<std::vector<handle_info>> handle_table(std::uint32_t process_id) {
    if (process_id == GetCurrentProcessId()) return handle_table();
    if (!exists(process_id))
        return detail::explain(errc::invalid_parameter, {"there is no process ", detail::number_text(process_id)});
    return failure(errc::not_supported, "the handle table of another process, on Windows");
}

result<snapshot> take_snapshot() {
    return failure(errc::not_supported, "a snapshot of the session, on Windows");
}

result<std::vector<blocked_thread>> blocked_threads() {
    return failure(errc::not_supported, "the waits of the session, on Windows");
}

}  // namespace kobj::inspect
