#pragma once

#include <kobj/access.hpp>
#include <kobj/export.hpp>
#include <kobj/handle_value.hpp>
#include <kobj/result.hpp>
#include <kobj/timeout.hpp>

#include <cstdint>
#include <optional>
#include <utility>

namespace kobj {

/// What a handle can lead to.
enum class object_type : std::uint8_t {
    none = 0,
    mutex = 1,
    event = 2,
    semaphore = 3,
    timer = 4,
    process = 5,
    thread = 6,
    file_mapping = 7,
    file = 8,  ///< a file, a pipe or a device, of <windows.h>
    job = 9,
    other = 255,  ///< Windows only: a type that kobj does not offer
};

/// How a wait ended. Abandoned is a success: the wait took the mutex, whose former owner
/// ended without releasing it. https://learn.microsoft.com/windows/win32/api/synchapi/nf-synchapi-waitforsingleobject
enum class wait_status : std::uint8_t {
    signaled = 0,
    abandoned = 1,
    timed_out = 2,
};

/// Owns one handle of this process and closes it. Move-only.
class KOBJ_API handle {
public:
    constexpr handle() noexcept = default;
    /// Takes ownership of `value` without looking at it.
    constexpr explicit handle(handle_value value) noexcept : value_(value) {}
    handle(handle&& other) noexcept : value_(std::exchange(other.value_, {})) {}
    handle& operator=(handle&& other) noexcept {
        handle(std::move(other)).swap(*this);
        return *this;
    }
    /// Closes the handle, if there is one. A protected handle stays open.
    ~handle() { reset(); }

    /// Takes ownership of `value` when it is an open handle of this process; of any type.
    /// Error: invalid_handle (6). No system call on POSIX.
    static result<handle> adopt(handle_value value);

    /// The number; owned by this still.
    [[nodiscard]] handle_value get() const noexcept { return value_; }
    explicit operator bool() const noexcept { return static_cast<bool>(value_); }

    /// Gives up ownership: the caller closes.
    [[nodiscard]] handle_value detach() noexcept { return std::exchange(value_, {}); }
    /// Closes now, so that an error can be seen. On an error the handle stays owned. See kobj::close.
    result<void> close();
    void reset() noexcept;
    void swap(handle& other) noexcept { std::swap(value_, other.value_); }

private:
    handle_value value_;
};

/// Closes a handle of this process. The usage count of its object goes down by one; at zero the name is free
/// and, once no wait and no view needs it, the object is gone. A thread that waits on it is left undisturbed.
/// Errors: invalid_handle (6) for null, never opened, closed or protected handles. A pseudo handle is left as it is,
/// without error. No system call on POSIX unless somebody must be woken or a mapping's memory goes.
/// https://learn.microsoft.com/windows/win32/api/handleapi/nf-handleapi-closehandle
KOBJ_API result<void> close(handle_value value);

/// Waits for one object of any type that can be waited for, and takes it: a mutex is acquired, an auto-reset event or
/// synchronization timer is unsignaled, a semaphore gives one unit. For several see <kobj/wait.hpp>.
/// Errors: invalid_handle (6) for null, closed, or file mapping; access_denied (5) without access::synchronize;
/// mutant_limit_exceeded (587) at a mutex held 2^31 times; on POSIX with KOBJ_DEADLOCK=error in the environment
/// possible_deadlock (1131) instead of a wait that would never end.
/// No system call on POSIX when it need not block.
/// https://learn.microsoft.com/windows/win32/api/synchapi/nf-synchapi-waitforsingleobject
KOBJ_API result<wait_status> wait(handle_value value, timeout limit = infinite);

struct duplicate_options {
    /// The rights of the new handle; nothing: the same as the source's. A wider access than the source's is given to
    /// the same user.
    std::optional<access_mask> access{};
    bool inheritable = false;
    /// Closes the source, also when duplicating fails.
    bool close_source = false;
};

/// Makes another handle to the same object. Source and target process are handles (or pseudo handles) with
/// access::process_dup_handle. The result is a number in the target's handle table. The usage count goes up by one. A
/// pseudo handle as source becomes a real one. Errors: invalid_handle (6) for a bad source or process handle;
/// access_denied (5) when a process handle lacks the right, and for rights that do not exist;
/// no_system_resources (1450) when the target's table or the arena is full. No system call on POSIX while both tables
/// have room. https://learn.microsoft.com/windows/win32/api/handleapi/nf-handleapi-duplicatehandle
KOBJ_API result<handle_value> duplicate(handle_value source_process, handle_value source, handle_value target_process,
                                        const duplicate_options& options = {});
/// Within this process.
KOBJ_API result<handle> duplicate(handle_value source, const duplicate_options& options = {});
/// From this process into another. The caller tells the target the number.
KOBJ_API result<handle_value> duplicate_into(handle_value target_process, handle_value source,
                                             const duplicate_options& options = {});
/// Out of another process into this one.
KOBJ_API result<handle> duplicate_from(handle_value source_process, handle_value source,
                                       const duplicate_options& options = {});

struct handle_flags {
    bool inheritable = false;
    bool protect_from_close = false;
    friend bool operator==(const handle_flags&, const handle_flags&) = default;
};

/// Error: invalid_handle (6). No system call on POSIX.
/// https://learn.microsoft.com/windows/win32/api/handleapi/nf-handleapi-gethandleinformation
KOBJ_API result<handle_flags> get_flags(handle_value value);
/// Error: invalid_handle (6). https://learn.microsoft.com/windows/win32/api/handleapi/nf-handleapi-sethandleinformation
KOBJ_API result<void> set_flags(handle_value value, handle_flags flags);
KOBJ_API result<void> set_inheritable(handle_value value, bool inheritable);
KOBJ_API result<void> set_protect_from_close(handle_value value, bool protect);

/// Do both lead to the same object? Pseudo handles are followed. Error: invalid_handle (6).
/// https://learn.microsoft.com/windows/win32/api/handleapi/nf-handleapi-compareobjecthandles
KOBJ_API result<bool> same_object(handle_value first, handle_value second);

/// The type of the object. Error: invalid_handle (6).
KOBJ_API result<object_type> type_of(handle_value value);
/// The rights that the handle grants. Error: invalid_handle (6).
KOBJ_API result<access_mask> access_of(handle_value value);

/// The pseudo handle (-1) of the calling process: valid in every call, never inherited, need not be closed.
/// https://learn.microsoft.com/windows/win32/api/processthreadsapi/nf-processthreadsapi-getcurrentprocess
[[nodiscard]] constexpr handle_value current_process() noexcept {
    return handle_value(static_cast<std::uintptr_t>(-1));
}
/// The pseudo handle (-2) of the calling thread, whichever that is.
[[nodiscard]] constexpr handle_value current_thread() noexcept {
    return handle_value(static_cast<std::uintptr_t>(-2));
}

namespace detail {
/// Checks that `value` is an open handle to an object of `type`: invalid_handle (6) otherwise.
KOBJ_API result<void> expect_type(handle_value value, object_type type);
}  // namespace detail

/// What every kind of object offers: it owns one handle. Move-only.
template <class Derived, object_type Type>
class basic_object {
public:
    static constexpr object_type type = Type;

    /// Takes ownership of an open handle of this process to an object of this type: an inherited or duplicated one.
    /// Error: invalid_handle (6) when it is not open or of another type; then the caller keeps it.
    static result<Derived> adopt(handle_value value) {
        if (auto fits = detail::expect_type(value, Type); !fits) return std::move(fits).error();
        return Derived(handle(value));
    }

    /// The number of the handle; owned by this still.
    [[nodiscard]] handle_value get() const noexcept { return handle_.get(); }
    explicit operator bool() const noexcept { return static_cast<bool>(handle_); }
    /// Gives up ownership: the caller closes.
    [[nodiscard]] handle_value detach() noexcept { return handle_.detach(); }
    /// See kobj::close.
    result<void> close() { return handle_.close(); }

    /// Another handle to the same object in this process. See kobj::duplicate.
    [[nodiscard]] result<Derived> duplicate(const duplicate_options& options = {}) const {
        auto copy = kobj::duplicate(get(), options);
        if (!copy) return std::move(copy).error();
        return Derived(*std::move(copy));
    }

protected:
    basic_object() noexcept = default;
    explicit basic_object(handle owned) noexcept : handle_(std::move(owned)) {}

private:
    handle handle_;
};

}  // namespace kobj
