#pragma once

#include <kobj/handle.hpp>

#include <cstdint>
#include <utility>

namespace kobj {

/// A file descriptor that becomes readable when an object is signaled, so that a loop of epoll, libuv or Asio can wait
/// for it. POSIX only.
///
/// It takes nothing from the object. When the loop reports the descriptor: take the object with kobj::wait and a limit
/// of zero, which may find that somebody else was faster; then call rearm(). Do not read from it.
/// One thread per process, started by the first open(), serves all of them.
class KOBJ_API native_event_fd {
public:
    native_event_fd() noexcept = default;
    native_event_fd(native_event_fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)), watch_(other.watch_) {}
    native_event_fd& operator=(native_event_fd&& other) noexcept {
        std::swap(fd_, other.fd_);
        std::swap(watch_, other.watch_);
        return *this;
    }
    ~native_event_fd() { close(); }

    /// Errors: those of wait_set::add; too_many_open_files (4); not_supported (50) on Windows. Costs system calls.
    static result<native_event_fd> open(handle_value object);

    /// The descriptor, close-on-exec, owned by this. -1: none.
    [[nodiscard]] int get() const noexcept { return fd_; }
    explicit operator bool() const noexcept { return fd_ >= 0; }

    /// Makes the descriptor unreadable until the object is signaled; when it is signaled now, readable at once.
    /// Error: invalid_handle (6) when there is no descriptor. Costs system calls.
    result<void> rearm();
    void close() noexcept;

private:
    int fd_ = -1;
    std::uint32_t watch_ = 0;
};

}  // namespace kobj
