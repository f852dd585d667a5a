#pragma once

#include <kobj/export.hpp>
#include <kobj/result.hpp>

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace kobj {

/// The plain number of a handle: a multiple of 4, an index into the handle table of one process.
///
/// It owns nothing. Hand it to a child on the command line: an inherited handle has the same number there.
/// The two low bits are ignored by every call. https://learn.microsoft.com/windows/win32/sysinfo/handles-and-objects
class handle_value {
public:
    constexpr handle_value() noexcept = default;
    constexpr explicit handle_value(std::uintptr_t number) noexcept : number_(number) {}
    /// From a Win32 HANDLE.
    [[nodiscard]] static handle_value from_native(void* native) noexcept {
        return handle_value(reinterpret_cast<std::uintptr_t>(native));
    }

    [[nodiscard]] constexpr std::uintptr_t value() const noexcept { return number_; }
    /// As a Win32 HANDLE.
    [[nodiscard]] void* native() const noexcept { return reinterpret_cast<void*>(number_); }
    /// False for the null handle only; says nothing on whether the handle is open.
    constexpr explicit operator bool() const noexcept { return number_ != 0; }

    /// The number in decimal; parse() reads it back.
    [[nodiscard]] KOBJ_API std::string to_string() const;
    /// Reads a number written in decimal, or in hexadecimal behind 0x, and nothing else around it.
    /// Error: invalid_parameter (87) for any other text or a number too large. No system call.
    [[nodiscard]] KOBJ_API static result<handle_value> parse(std::string_view text);

    friend constexpr bool operator==(handle_value, handle_value) noexcept = default;
    friend constexpr auto operator<=>(handle_value, handle_value) noexcept = default;

private:
    std::uintptr_t number_ = 0;
};

}  // namespace kobj

template <>
struct std::hash<kobj::handle_value> {
    std::size_t operator()(kobj::handle_value handle) const noexcept {
        return std::hash<std::uintptr_t>{}(handle.value());
    }
};
