#include <kobj/inspect.hpp>

#include "common/explain.hpp"
#include "facts/blocked_threads.hpp"
#include "facts/unreadable.hpp"
#include "last_error.hpp"
#include "native.hpp"
#include "nt.hpp"
#include "object_path.hpp"
#include "win32/facts/system_facts.hpp"

#include <memory>
#include <new>
#include <optional>
#include <utility>

namespace kobj::inspect {
namespace {

// Files are not asked: the question may not come back.
bool tells_name(object_type type) noexcept {
    return type != object_type::none && type != object_type::other && type != object_type::file;
}

// By a handle of this process: the open one itself, or its duplicate. Nothing, when it is closed meanwhile.
std::optional<handle_info> describe(const detail::nt::open_handle& open, HANDLE seen, bool own) {
    handle_info info{.value = handle_value(open.value), .object = open.object};
    const auto value = handle_value::from_native(seen);
    const auto flags = own ? get_flags(value) : handle_flags{open.inheritable, open.protect_from_close};
    const auto type = type_of(value);
    const auto basics = detail::nt::query_basics(seen);
    if (!flags || !type || !basics) return std::nullopt;
    info.type = *type;
    info.flags = *flags;
    info.access = basics->granted_access;
    info.usage_count = basics->handle_count - (own ? 0 : 1);
    if (tells_name(*type)) info.name = detail::name_at(detail::nt::query_name(seen));
    return info;
}

std::vector<handle_info> table_of(HANDLE process, std::uint32_t id) {
    const bool own = id == GetCurrentProcessId();
    std::vector<handle_info> table;
    for (const auto& each : detail::nt::handles_of(process, id, detail::nt::query_handles())) {
        const HANDLE seen =
            own ? reinterpret_cast<HANDLE>(each.value) : detail::nt::duplicate_from(process, each.value);
        if (seen == nullptr) continue;
        if (auto info = describe(each, seen, own)) table.push_back(*std::move(info));
        if (!own) CloseHandle(seen);
    }
    return table;
}

object_info shown(const facts::session_facts& all, const facts::object_facts& object) {
    object_info info;
    info.object = object.number;
    info.type = object.type;
    info.name = object.name;
    info.usage_count = object.handles;
    info.signaled = object.signaled;
    info.abandoned = object.abandoned;
    info.recursion = object.recursion;
    info.id = object.id;
    if (const facts::thread_facts* owner = all.thread(object.owner)) {
        info.owner_thread_id = owner->id;
        info.owner_process_id = all.process(owner->process)->id;
    }
    for (const std::uint32_t t : object.waiters)
        info.waiters.push_back({all.process(all.thread(t)->process)->id, all.thread(t)->id});
    return info;
}

}  // namespace

result<std::uint32_t> usage_count(handle_value value) {
    auto basics = detail::nt::query_basics(detail::native(value));
    if (!basics) return std::move(basics).error();
    return basics->handle_count;
}

result<std::vector<handle_info>> handle_table() try {
    return table_of(GetCurrentProcess(), GetCurrentProcessId());
} catch (const std::bad_alloc&) {
    return errc::not_enough_memory;
}

result<std::vector<handle_info>> handle_table(std::uint32_t process_id) try {
    if (process_id == GetCurrentProcessId()) return handle_table();
    const std::unique_ptr<void, decltype(&CloseHandle)> process(
        OpenProcess(PROCESS_DUP_HANDLE | PROCESS_QUERY_LIMITED_INFORMATION, FALSE, process_id), CloseHandle);
    if (process != nullptr) return table_of(process.get(), process_id);
    if (GetLastError() == ERROR_INVALID_PARAMETER)
        return detail::explain(errc::invalid_parameter, {"there is no process ", detail::number_text(process_id)});
    return detail::last_error({"OpenProcess of ", detail::number_text(process_id)});
} catch (const std::bad_alloc&) {
    return errc::not_enough_memory;
}

result<snapshot> take_snapshot() try {
    const auto seen = detail::read_system({.waits = true});
    snapshot all;
    for (const facts::object_facts& each : seen.all.objects()) all.objects.push_back(shown(seen.all, each));
    for (const facts::process_facts& each : seen.all.processes())
        all.processes.push_back({each.id, each.handles, !each.is_opaque});
    return all;
} catch (const std::bad_alloc&) {
    return errc::not_enough_memory;
} catch (const facts::unreadable& why) {
    return failure(errc::no_system_resources, why.what());
}

result<std::vector<blocked_thread>> blocked_threads() try {
    const auto seen = detail::read_system({.waits = true});
    if (!seen.tells_waits) return failure(errc::not_supported, "this system does not tell who waits for whom");
    return facts::blocked_threads_of(seen.all);
} catch (const std::bad_alloc&) {
    return errc::not_enough_memory;
} catch (const facts::unreadable& why) {
    return failure(errc::no_system_resources, why.what());
}

}  // namespace kobj::inspect
