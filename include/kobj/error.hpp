#pragma once

#include <kobj/export.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace kobj {

/// The error numbers of Win32 that kobj gives, the same on every system.
/// https://learn.microsoft.com/windows/win32/debug/system-error-codes
enum class errc : std::uint32_t {
    success = 0,
    file_not_found = 2,
    path_not_found = 3,
    too_many_open_files = 4,
    access_denied = 5,
    invalid_handle = 6,
    not_enough_memory = 8,
    invalid_data = 13,
    write_fault = 29,
    not_supported = 50,
    invalid_parameter = 87,
    disk_full = 112,
    call_not_implemented = 120,
    invalid_name = 123,
    signal_refused = 156,
    bad_pathname = 161,
    already_exists = 183,
    bad_exe_format = 193,
    filename_exceeds_range = 206,
    directory = 267,
    not_owner = 288,
    too_many_posts = 298,
    invalid_address = 487,
    mutant_limit_exceeded = 587,
    file_invalid = 1006,
    no_unicode_translation = 1113,
    possible_deadlock = 1131,
    mapped_alignment = 1132,
    revision_mismatch = 1306,
    invalid_owner = 1307,
    privilege_not_held = 1314,
    file_corrupt = 1392,
    no_system_resources = 1450,
    timeout = 1460,
    not_enough_quota = 1816,
    invalid_state = 5023,
};

/// The category of every kobj error code: the value is the Win32 error number, the message is
/// English, and default_error_condition gives the std::errc that fits, where one does.
[[nodiscard]] KOBJ_API const std::error_category& win32_category() noexcept;

[[nodiscard]] inline std::error_code make_error_code(errc code) noexcept {
    return {static_cast<int>(code), win32_category()};
}

/// Why a call failed: an error number, and a text that says what was wrong in this call.
///
/// Cheap to copy and to move. Converts to std::error_code.
class KOBJ_API failure {
public:
    /// A failure with the number's general text only.
    failure(errc code) noexcept : code_(static_cast<std::uint32_t>(code)) {}
    explicit failure(std::uint32_t win32_error) noexcept : code_(win32_error) {}

    /// A failure that also says what was wrong here. Allocates; on lack of memory the text is lost, not the number.
    failure(errc code, std::string_view what) noexcept;
    failure(std::uint32_t win32_error, std::string_view what) noexcept;

    failure(const failure& other) noexcept;
    failure(failure&& other) noexcept : code_(other.code_), text_(std::exchange(other.text_, nullptr)) {}
    failure& operator=(failure other) noexcept {
        swap(other);
        return *this;
    }
    ~failure() {
        if (text_ != nullptr) drop();
    }

    void swap(failure& other) noexcept {
        std::swap(code_, other.code_);
        std::swap(text_, other.text_);
    }

    /// The Win32 error number.
    [[nodiscard]] std::uint32_t value() const noexcept { return code_; }
    [[nodiscard]] std::error_code code() const noexcept { return make_error_code(static_cast<errc>(code_)); }
    operator std::error_code() const noexcept { return code(); }

    /// What was wrong in this call, or an empty text.
    [[nodiscard]] std::string_view detail() const noexcept;
    /// The general text of the number and, when there is one, the detail behind a colon.
    [[nodiscard]] std::string message() const;

    friend bool operator==(const failure& a, const failure& b) noexcept { return a.code_ == b.code_; }
    friend bool operator==(const failure& a, errc b) noexcept { return a.code_ == static_cast<std::uint32_t>(b); }

private:
    struct text;
    void drop() noexcept;

    std::uint32_t code_;
    text* text_ = nullptr;
};

/// What result<T>::value() throws. code() is the Win32 error number in win32_category().
class KOBJ_API error : public std::system_error {
public:
    explicit error(const failure& why);
    error(const error&) = default;
    error& operator=(const error&) = default;
    ~error() override;
};

namespace detail {
[[noreturn]] KOBJ_API void throw_failure(const failure& why);
}  // namespace detail

}  // namespace kobj

template <>
struct std::is_error_code_enum<kobj::errc> : std::true_type {};
