#pragma once

#include "windows.hpp"

#include <kobj/result.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The questions that only the native API answers.
/// https://learn.microsoft.com/windows/win32/api/winternl/nf-winternl-ntqueryobject
namespace kobj::detail::nt {

struct object_basics {
    std::uint32_t attributes = 0;
    std::uint32_t granted_access = 0;
    std::uint32_t handle_count = 0;
};
/// Error: invalid_handle (6).
[[nodiscard]] result<object_basics> query_basics(HANDLE object) noexcept;

/// The name that Windows gives the object's type, such as `Mutant`, in ASCII.
struct type_text {
    char characters[32];
    std::size_t length;
    operator std::string_view() const noexcept { return {characters, length}; }
};
/// Error: invalid_handle (6).
[[nodiscard]] result<type_text> query_type(HANDLE object) noexcept;

/// The full path, as in `\Sessions\1\BaseNamedObjects\x`; empty: unnamed, or not to be had. Not for files: there the
/// question may block.
[[nodiscard]] std::wstring query_name(HANDLE object);

/// Errors: invalid_handle (6), access_denied (5) without the right to query.
[[nodiscard]] result<std::uint64_t> query_section_size(HANDLE section) noexcept;

// What an object says of its state; nothing where the handle does not grant the right to query it.
struct event_state {
    bool manual_reset;
    bool signaled;
};
[[nodiscard]] std::optional<event_state> query_event(HANDLE event) noexcept;
struct semaphore_state {
    std::uint32_t count;
    std::uint32_t maximum;
};
[[nodiscard]] std::optional<semaphore_state> query_semaphore(HANDLE semaphore) noexcept;
struct mutex_state {
    std::int32_t count;  ///< 1: free; otherwise 1 minus how often its owner holds it
    bool abandoned;
    std::uint32_t owner_thread_id;  ///< 0: none, or the system does not tell
};
[[nodiscard]] std::optional<mutex_state> query_mutex(HANDLE mutex) noexcept;
struct timer_state {
    std::int64_t remaining;  ///< in 100 ns; negative: it is past, or not set
    bool signaled;
};
[[nodiscard]] std::optional<timer_state> query_timer(HANDLE timer) noexcept;

struct open_handle {
    std::uint64_t object;  ///< 0: not told
    std::uintptr_t value;
    std::uint32_t process_id;
    bool inheritable;  ///< this and the next: false where the system does not list the handles
    bool protect_from_close;
};
/// The handles of all processes, unordered. Errors: those of NtQuerySystemInformation; not_supported (50) on Wine.
[[nodiscard]] result<std::vector<open_handle>> query_handles();
/// Of one process, in the order of the values. Where the system does not list them, value after value is asked for;
/// `process` is a handle with the right to duplicate.
[[nodiscard]] std::vector<open_handle> handles_of(HANDLE process, std::uint32_t id,
                                                  const result<std::vector<open_handle>>& listed);

/// A duplicate of another process's handle, with the same access; null when there is no such handle, or the system
/// refuses.
[[nodiscard]] HANDLE duplicate_from(HANDLE process, std::uintptr_t value) noexcept;
/// Are both handles to one object? Windows 10.
[[nodiscard]] bool are_same_object(HANDLE a, HANDLE b) noexcept;

}  // namespace kobj::detail::nt
