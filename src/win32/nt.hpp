#pragma once

#include "windows.hpp"

#include <kobj/result.hpp>

#include <cstddef>
#include <cstdint>
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

/// False also where the handle does not grant access::event_query_state.
[[nodiscard]] bool is_manual_reset(HANDLE event) noexcept;

struct open_handle {
    std::uint64_t object;
    std::uintptr_t value;
};
/// The handles of the calling process, unordered. Errors: those of NtQuerySystemInformation; not_supported (50) on
/// Wine.
[[nodiscard]] result<std::vector<open_handle>> query_own_handles();

}  // namespace kobj::detail::nt
