#pragma once

#include <kobj/handle.hpp>

#include <chrono>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include <windows.h>

// What the functions of <windows.h> have in common: handles, names, and results as BOOL or HANDLE with the last error.
namespace kobj::windows_h {

inline DWORD number(errc code) noexcept {
    return static_cast<DWORD>(code);
}

inline handle_value value_of(HANDLE handle) noexcept {
    return handle_value::from_native(handle);
}

inline timeout limit_of(DWORD milliseconds) noexcept {
    if (milliseconds == INFINITE) return infinite;
    return std::chrono::milliseconds(milliseconds);
}

inline bool inheritable(const SECURITY_ATTRIBUTES* attributes) noexcept {
    return attributes != nullptr && attributes->bInheritHandle != FALSE;
}

/// FALSE, NULL or 0, after setting the last error.
inline BOOL refuse(DWORD error) noexcept {
    SetLastError(error);
    return FALSE;
}
inline std::nullptr_t refuse_handle(DWORD error) noexcept {
    SetLastError(error);
    return nullptr;
}

/// Runs a call for which there may not be enough memory: then its answer is none.
template <class F>
auto guarded(F&& call) noexcept -> decltype(call()) {
    try {
        return call();
    } catch (const std::bad_alloc&) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return {};
    }
}

template <class T>
BOOL done(const result<T>& outcome) noexcept {
    return outcome ? TRUE : refuse(outcome.error().value());
}

/// The handle of a new object, with 0 or ERROR_ALREADY_EXISTS as the last error.
template <class Object>
HANDLE created(result<Object> made) noexcept {
    if (!made) return refuse_handle(made.error().value());
    SetLastError(made->existed() ? ERROR_ALREADY_EXISTS : ERROR_SUCCESS);
    return made->detach().native();
}
template <class Object>
HANDLE opened(result<Object> found) noexcept {
    if (!found) return refuse_handle(found.error().value());
    return found->detach().native();
}

/// An object's name of either kind as UTF-8, null when it is null.
class name_text {
public:
    /// What is not UTF-8 becomes U+FFFD, as where Windows converts such a text.
    explicit name_text(LPCSTR name) noexcept;
    explicit name_text(LPCWSTR name) noexcept;

    /// 0, or why the name cannot be had.
    [[nodiscard]] DWORD error() const noexcept { return error_; }
    [[nodiscard]] std::string_view view() const noexcept { return view_; }

private:
    std::string text_;
    std::string_view view_;
    DWORD error_ = 0;
};

/// Calls `work` with the name.
template <class Char, class F>
HANDLE with_name(const Char* name, F&& work) noexcept {
    const name_text text(name);
    return text.error() != 0 ? refuse_handle(text.error()) : work(text.view());
}

/// Opens an object of that type. To ask for no right at all is refused, once the object has been found.
template <class Object, class Char>
HANDLE open_by_name(DWORD access, BOOL inherit, const Char* name) noexcept {
    return with_name(name, [&](std::string_view text) -> HANDLE {
        auto found = Object::open(
            text, {.inheritable = inherit != FALSE, .access = access == 0 ? DWORD{MAXIMUM_ALLOWED} : access});
        if (access == 0 && found) return refuse_handle(ERROR_ACCESS_DENIED);
        return opened(std::move(found));
    });
}

}  // namespace kobj::windows_h
