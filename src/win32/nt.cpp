#include "nt.hpp"

#include "common/explain.hpp"

#include <algorithm>
#include <array>

// <winternl.h> names only a part of the questions and of the answers, and its enumerations have no room for the rest:
// the functions are declared here as the native API has them.
// https://learn.microsoft.com/windows/win32/api/winternl/
using NTSTATUS = LONG;
extern "C" {
NTSTATUS NTAPI NtQueryEvent(HANDLE event, int what, void* answer, ULONG length, ULONG* needed);
NTSTATUS NTAPI NtQueryMutant(HANDLE mutant, int what, void* answer, ULONG length, ULONG* needed);
NTSTATUS NTAPI NtQueryObject(HANDLE object, int what, void* answer, ULONG length, ULONG* needed);
NTSTATUS NTAPI NtQuerySemaphore(HANDLE semaphore, int what, void* answer, ULONG length, ULONG* needed);
NTSTATUS NTAPI NtQueryTimer(HANDLE timer, int what, void* answer, ULONG length, ULONG* needed);
NTSTATUS NTAPI NtQuerySection(HANDLE section, int what, void* answer, SIZE_T length, SIZE_T* needed);
NTSTATUS NTAPI NtQuerySystemInformation(int what, void* answer, ULONG length, ULONG* needed);
ULONG NTAPI RtlNtStatusToDosError(NTSTATUS status);
}

namespace kobj::detail::nt {
namespace {

struct unicode_string {
    USHORT bytes;
    USHORT room;
    wchar_t* characters;
};

struct basic_information {
    ULONG attributes;
    ACCESS_MASK granted_access;
    ULONG handle_count;
    ULONG pointer_count;
    ULONG reserved[10];
};

struct event_information {
    LONG type;  // 0: manual-reset
    LONG signaled;
};

struct semaphore_information {
    LONG count;
    LONG maximum;
};

struct mutant_information {
    LONG count;
    BOOLEAN owned_by_caller;
    BOOLEAN abandoned;
};

struct mutant_owner {
    HANDLE process_id;
    HANDLE thread_id;
};

struct timer_information {
    LARGE_INTEGER remaining;
    BOOLEAN signaled;
};

struct section_information {
    void* base;
    ULONG attributes;
    LARGE_INTEGER size;
};

struct handle_entry {
    void* object;
    ULONG_PTR process_id;
    ULONG_PTR value;
    ULONG granted_access;
    USHORT creator_back_trace;
    USHORT type_index;
    ULONG attributes;
    ULONG reserved;
};

struct handle_information {
    ULONG_PTR count;
    ULONG_PTR reserved;
    handle_entry entries[1];
};

constexpr int basic = 0;
constexpr int owner = 1;
constexpr int object_name = 1;
constexpr int object_type_text = 2;
constexpr int extended_handles = 64;
constexpr ULONG protect_close = 1;  // OBJ_PROTECT_CLOSE
constexpr ULONG inherit = 2;        // OBJ_INHERIT
constexpr auto info_length_mismatch = static_cast<NTSTATUS>(0xC0000004);

bool succeeded(NTSTATUS status) noexcept {
    return status >= 0;
}

// Wine 8.0 lists the handles of the system too, but its server crashes when a process has none just then, as a new one.
bool wine_server_may_crash() noexcept {
    const HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
    return ntdll != nullptr && GetProcAddress(ntdll, "wine_get_version") != nullptr;
}

failure as_failure(NTSTATUS status, std::string_view call, HANDLE object) noexcept {
    return explain(static_cast<std::uint32_t>(RtlNtStatusToDosError(status)),
                   {call, " on handle ", number_text(handle_value::from_native(object))});
}

}  // namespace

result<object_basics> query_basics(HANDLE object) noexcept {
    basic_information got{};
    const auto status = NtQueryObject(object, basic, &got, sizeof(got), nullptr);
    if (!succeeded(status)) return as_failure(status, "NtQueryObject", object);
    return object_basics{got.attributes, got.granted_access, got.handle_count};
}

result<type_text> query_type(HANDLE object) noexcept {
    alignas(unicode_string) std::array<std::byte, 1024> room{};
    const auto status = NtQueryObject(object, object_type_text, room.data(), ULONG{room.size()}, nullptr);
    if (!succeeded(status)) return as_failure(status, "NtQueryObject", object);
    // The name comes first, whatever else the system tells of the type.
    const auto& name = *reinterpret_cast<const unicode_string*>(room.data());
    type_text text{};
    text.length = std::min<std::size_t>(name.bytes / sizeof(wchar_t), sizeof(text.characters));
    std::transform(name.characters, name.characters + text.length, text.characters,
                   [](wchar_t c) { return c < 0x80 ? static_cast<char>(c) : '?'; });
    return text;
}

std::wstring query_name(HANDLE object) {
    std::vector<std::byte> room(2048);
    ULONG needed = 0;
    auto status = NtQueryObject(object, object_name, room.data(), static_cast<ULONG>(room.size()), &needed);
    if (!succeeded(status) && needed > room.size()) {
        room.resize(needed);
        status = NtQueryObject(object, object_name, room.data(), static_cast<ULONG>(room.size()), &needed);
    }
    if (!succeeded(status)) return {};
    const auto& name = *reinterpret_cast<const unicode_string*>(room.data());
    if (name.characters == nullptr) return {};
    return std::wstring(name.characters, name.bytes / sizeof(wchar_t));
}

result<std::uint64_t> query_section_size(HANDLE section) noexcept {
    section_information got{};
    const auto status = NtQuerySection(section, basic, &got, sizeof(got), nullptr);
    if (!succeeded(status)) return as_failure(status, "NtQuerySection", section);
    return static_cast<std::uint64_t>(got.size.QuadPart);
}

std::optional<event_state> query_event(HANDLE event) noexcept {
    event_information got{};
    if (!succeeded(NtQueryEvent(event, basic, &got, sizeof(got), nullptr))) return std::nullopt;
    return event_state{got.type == 0, got.signaled != 0};
}

std::optional<semaphore_state> query_semaphore(HANDLE semaphore) noexcept {
    semaphore_information got{};
    if (!succeeded(NtQuerySemaphore(semaphore, basic, &got, sizeof(got), nullptr))) return std::nullopt;
    return semaphore_state{static_cast<std::uint32_t>(got.count), static_cast<std::uint32_t>(got.maximum)};
}

std::optional<mutex_state> query_mutex(HANDLE mutex) noexcept {
    mutant_information got{};
    if (!succeeded(NtQueryMutant(mutex, basic, &got, sizeof(got), nullptr))) return std::nullopt;
    mutant_owner whose{};
    if (!succeeded(NtQueryMutant(mutex, owner, &whose, sizeof(whose), nullptr))) whose = {};
    return mutex_state{got.count, got.abandoned != 0,
                       static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(whose.thread_id))};
}

std::optional<timer_state> query_timer(HANDLE timer) noexcept {
    timer_information got{};
    if (!succeeded(NtQueryTimer(timer, basic, &got, sizeof(got), nullptr))) return std::nullopt;
    return timer_state{got.remaining.QuadPart, got.signaled != 0};
}

HANDLE duplicate_from(HANDLE process, std::uintptr_t value) noexcept {
    HANDLE made = nullptr;
    return DuplicateHandle(process, reinterpret_cast<HANDLE>(value), GetCurrentProcess(), &made, 0, FALSE,
                           DUPLICATE_SAME_ACCESS) != FALSE
               ? made
               : nullptr;
}

bool are_same_object(HANDLE a, HANDLE b) noexcept {
    using compare_objects = NTSTATUS(NTAPI*)(HANDLE, HANDLE);
    static const auto compare = reinterpret_cast<compare_objects>(
        reinterpret_cast<void*>(GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "NtCompareObjects")));
    return compare != nullptr && compare(a, b) == 0;
}

result<std::vector<open_handle>> query_handles() {
    if (wine_server_may_crash()) return failure(errc::not_supported, "the handles of the system, on Wine");
    // The table of the whole system comes at once, and may have grown before it is asked for again.
    std::vector<std::byte> room(1U << 16U);
    NTSTATUS status = info_length_mismatch;
    while (true) {
        ULONG needed = 0;
        status = NtQuerySystemInformation(extended_handles, room.data(), static_cast<ULONG>(room.size()), &needed);
        if (status != info_length_mismatch || room.size() >= (std::size_t{1} << 30U)) break;
        room.resize(std::max<std::size_t>(room.size() * 2, needed + needed / 8));
    }
    if (!succeeded(status))
        return explain(static_cast<std::uint32_t>(RtlNtStatusToDosError(status)),
                       {"NtQuerySystemInformation for the handles"});
    const auto& all = *reinterpret_cast<const handle_information*>(room.data());
    const handle_entry* const first = all.entries;
    std::vector<open_handle> found;
    found.reserve(all.count);
    for (const auto* each = first; each != first + all.count; ++each)
        found.push_back({static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(each->object)), each->value,
                         static_cast<std::uint32_t>(each->process_id), (each->attributes & inherit) != 0,
                         (each->attributes & protect_close) != 0});
    return found;
}

namespace {

// Wine does not tell either how many there are, and asking takes it long: there the search ends where no more seem to
// come.
std::vector<open_handle> probe_handles(HANDLE process, std::uint32_t id) {
    DWORD count = 0;
    GetProcessHandleCount(process, &count);
    const bool counted = count != 0;
    constexpr std::uintptr_t end = std::uintptr_t{4} << 24U;  // 2^24 handles are the most that Windows gives a process
    constexpr int long_gap = 512;
    const bool own = id == GetCurrentProcessId();
    std::vector<open_handle> found;
    int gap = 0;
    for (std::uintptr_t value = 4; value < end; value += 4) {
        if (counted ? found.size() == count : gap == long_gap) break;
        ++gap;
        DWORD flags = 0;
        const HANDLE seen = own ? nullptr : duplicate_from(process, value);
        if (own ? GetHandleInformation(reinterpret_cast<HANDLE>(value), &flags) == FALSE : seen == nullptr) continue;
        if (seen != nullptr) CloseHandle(seen);
        found.push_back({0, value, id, false, false});
        gap = 0;
    }
    return found;
}

}  // namespace

std::vector<open_handle> handles_of(HANDLE process, std::uint32_t id, const result<std::vector<open_handle>>& listed) {
    if (!listed) return probe_handles(process, id);
    std::vector<open_handle> found;
    for (const open_handle& each : *listed)
        if (each.process_id == id) found.push_back(each);
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.value < b.value; });
    return found;
}

}  // namespace kobj::detail::nt
