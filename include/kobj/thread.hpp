#pragma once

#include <kobj/mutex.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

namespace kobj {

/// What exit_code() gives while a thread or process runs.
/// https://learn.microsoft.com/windows/win32/api/processthreadsapi/nf-processthreadsapi-getexitcodeprocess
inline constexpr std::uint32_t still_active = 259;

struct thread_options {
    /// Do not run until resume().
    bool suspended = false;
    /// Bytes; 0: the system's default. Rounded up to what the system can do.
    std::size_t stack_size = 0;
    bool inheritable = false;
    access_mask access = access::thread_all;
};

namespace detail {
struct thread_body {
    thread_body() = default;
    thread_body(const thread_body&) = delete;
    thread_body& operator=(const thread_body&) = delete;
    virtual ~thread_body() = default;
    virtual std::uint32_t run() = 0;
};
}  // namespace detail

/// A thread, signaled once it has ended. Closing the handle leaves the thread running.
/// https://learn.microsoft.com/windows/win32/procthread/processes-and-threads
class KOBJ_API thread : public basic_object<thread, object_type::thread> {
public:
    thread() noexcept = default;
    explicit thread(handle owned) noexcept : basic_object(std::move(owned)) {}

    /// Runs `body()` in a new thread; what it returns is the exit code, 0 for void. An exception out of it ends the
    /// program. Errors: no_system_resources (1450) or not_enough_memory (8) when the system has no room for a thread;
    /// access_denied (5) for rights that do not exist. Costs system calls.
    /// https://learn.microsoft.com/windows/win32/api/processthreadsapi/nf-processthreadsapi-createthread
    template <class F>
    requires std::is_invocable_v < std::decay_t<F>
    & > static result<thread> start(F&& body, const thread_options& options = {}) {
        struct holder final : detail::thread_body {
            std::decay_t<F> body;
            explicit holder(F&& f) : body(std::forward<F>(f)) {}
            std::uint32_t run() override {
                if constexpr (std::is_void_v<std::invoke_result_t<std::decay_t<F>&>>) {
                    std::invoke(body);
                    return 0;
                } else {
                    return static_cast<std::uint32_t>(std::invoke(body));
                }
            }
        };
        return start_body(std::make_unique<holder>(std::forward<F>(body)), options);
    }

    /// Opens a running thread of any process of the session.
    /// Errors: invalid_parameter (87) when there is none of that id. On POSIX a thread is known from its first call of
    /// kobj on. https://learn.microsoft.com/windows/win32/api/processthreadsapi/nf-processthreadsapi-openthread
    static result<thread> open(std::uint32_t id, const open_options& options = {});

    /// The calling thread, by its pseudo handle; duplicate() makes a real one.
    [[nodiscard]] static thread current() noexcept { return thread(handle(current_thread())); }
    /// https://learn.microsoft.com/windows/win32/api/processthreadsapi/nf-processthreadsapi-getcurrentthreadid
    [[nodiscard]] static std::uint32_t current_id() noexcept;

    /// Ends the calling thread with this code. On POSIX the stack is unwound, on Windows it is not.
    /// https://learn.microsoft.com/windows/win32/api/processthreadsapi/nf-processthreadsapi-exitthread
    [[noreturn]] static void exit(std::uint32_t code);

    /// Errors: invalid_handle (6); access_denied (5) without a right to query.
    /// https://learn.microsoft.com/windows/win32/api/processthreadsapi/nf-processthreadsapi-getthreadid
    [[nodiscard]] result<std::uint32_t> id() const;
    /// still_active (259) until it has ended. Errors: as id().
    /// https://learn.microsoft.com/windows/win32/api/processthreadsapi/nf-processthreadsapi-getexitcodethread
    [[nodiscard]] result<std::uint32_t> exit_code() const;
    /// Stops the thread, of whatever process, until it is resumed as often as it was suspended. Gives the former
    /// suspend count. A thread that suspends itself has stopped before the call returns. One that holds a lock keeps
    /// it: use it as a debugger would. On POSIX a thread in a call of kobj stops before it returns from it. Errors:
    /// invalid_handle (6); access_denied (5) without access::thread_suspend_resume, and when it has ended;
    /// signal_refused (156) at a count of 127. On POSIX not_supported (50) for a thread that blocks SIGURG, or of a
    /// program without kobj.
    /// https://learn.microsoft.com/windows/win32/api/processthreadsapi/nf-processthreadsapi-suspendthread
    result<std::uint32_t> suspend();
    /// Lowers the suspend count; at 0 the thread runs. Gives the count before: 0 when it ran already.
    /// Errors: invalid_handle (6); access_denied (5) without access::thread_suspend_resume.
    /// https://learn.microsoft.com/windows/win32/api/processthreadsapi/nf-processthreadsapi-resumethread
    result<std::uint32_t> resume();
    /// Until the thread has ended. Errors: as kobj::wait.
    result<wait_status> wait(timeout limit = infinite) const { return kobj::wait(get(), limit); }

private:
    static result<thread> start_body(std::unique_ptr<detail::thread_body> body, const thread_options& options);
};

}  // namespace kobj
