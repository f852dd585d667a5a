#pragma once

#include <kobj/handle.hpp>
#include <kobj/open_options.hpp>

#include <string_view>
#include <utility>

namespace kobj {

struct mutex_options {
    /// UTF-8; empty: unnamed. `Local\` and `Global\` may stand before the name; it has no other backslash.
    std::string_view name{};
    bool inheritable = false;
    /// The calling thread owns the mutex at once, when this call makes it.
    bool initially_owned = false;
    access_mask access = access::mutex_all;
};

class mutex;

/// Holds a mutex until the end of the scope, or nothing when the wait timed out. Move-only; release in the thread that
/// acquired.
class [[nodiscard]] mutex_guard {
public:
    mutex_guard() noexcept = default;
    mutex_guard(handle_value held, wait_status how) noexcept : held_(held), how_(how) {}
    mutex_guard(mutex_guard&& other) noexcept : held_(std::exchange(other.held_, {})), how_(other.how_) {}
    mutex_guard& operator=(mutex_guard&& other) noexcept {
        if (this != &other) {
            drop();
            held_ = std::exchange(other.held_, {});
            how_ = other.how_;
        }
        return *this;
    }
    ~mutex_guard() { drop(); }

    /// Is the mutex held? False after a time-out.
    explicit operator bool() const noexcept { return static_cast<bool>(held_); }
    /// The former owner ended without releasing: what the mutex protects may be half done.
    [[nodiscard]] bool abandoned() const noexcept { return how_ == wait_status::abandoned; }
    [[nodiscard]] wait_status status() const noexcept { return how_; }
    /// Releases before the end of the scope. See mutex::release.
    inline result<void> release();

private:
    inline void drop() noexcept;

    handle_value held_{};
    wait_status how_ = wait_status::timed_out;
};

/// A mutex that threads of several processes share: recursive, owned by a thread, reported abandoned when its owner
/// ends without releasing. https://learn.microsoft.com/windows/win32/sync/mutex-objects
class KOBJ_API mutex : public basic_object<mutex, object_type::mutex> {
public:
    mutex() noexcept = default;
    explicit mutex(handle owned) noexcept : basic_object(std::move(owned)) {}

    /// Makes a mutex, or opens the one of that name; existed() tells which.
    /// Errors: invalid_name (123) for a NUL in the name or a prefix with nothing behind it; path_not_found (3) for a
    /// further backslash or an unknown prefix; bad_pathname (161) for a leading backslash; filename_exceeds_range (206)
    /// beyond 260 UTF-16 units; no_unicode_translation (1113) for bad UTF-8; invalid_handle (6) when the name belongs
    /// to another type; access_denied (5) for rights that do not exist; no_system_resources (1450) when the arena
    /// or the table is full. No system call on POSIX while the arena has room.
    /// https://learn.microsoft.com/windows/win32/api/synchapi/nf-synchapi-createmutexexw
    static result<mutex> create(const mutex_options& options = {});

    /// Opens the mutex of that name.
    /// Errors: file_not_found (2) when there is none; invalid_handle (6) for an empty name or one of another type;
    /// invalid_parameter (87) for a null name; the name errors of create.
    /// On POSIX a system call, when the process last known to hold it is another one, to see that it lives.
    /// https://learn.microsoft.com/windows/win32/api/synchapi/nf-synchapi-openmutexw
    static result<mutex> open(std::string_view name, const open_options& options = {});

    /// Did create() find the object instead of making it? True after open().
    [[nodiscard]] bool existed() const noexcept { return existed_; }

    /// Waits until the calling thread owns the mutex. The owner may acquire again and must release as often.
    /// Errors: as kobj::wait. Costs one compare-and-swap and no system call when free.
    result<wait_status> acquire(timeout limit = infinite) { return wait(get(), limit); }

    /// acquire(), with the release at the end of the scope. Check the guard: it is false after a time-out.
    result<mutex_guard> acquire_guard(timeout limit = infinite) {
        auto how = acquire(limit);
        if (!how) return std::move(how).error();
        return *how == wait_status::timed_out ? mutex_guard() : mutex_guard(get(), *how);
    }

    /// Gives up one acquisition. Any handle to the mutex will do, whatever its rights.
    /// Errors: not_owner (288) when the calling thread does not own it; invalid_handle (6).
    /// Costs one compare-and-swap and no system call when nobody waits.
    /// https://learn.microsoft.com/windows/win32/api/synchapi/nf-synchapi-releasemutex
    result<void> release() { return release(get()); }
    static result<void> release(handle_value value);

private:
    bool existed_ = false;
};

result<void> mutex_guard::release() {
    if (!held_) return errc::not_owner;
    auto done = mutex::release(held_);
    if (done) held_ = {};
    return done;
}

void mutex_guard::drop() noexcept {
    if (held_) (void)mutex::release(std::exchange(held_, {}));
}

}  // namespace kobj
