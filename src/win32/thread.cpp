#include <kobj/thread.hpp>

#include "common/access_rights.hpp"
#include "last_error.hpp"
#include "native.hpp"
#include "security.hpp"

#include <process.h>

#include <cerrno>
#include <exception>
#include <limits>
#include <new>

namespace kobj {

using detail::last_error;
using detail::native;
using detail::number_text;

namespace {

// Belongs to the new thread once that runs.
struct beginning {
    std::unique_ptr<detail::thread_body> body;
    bool cancelled = false;  // written while the thread is suspended
};

// noexcept: an exception out of the body ends the program.
unsigned __stdcall run(void* argument) noexcept {
    const std::unique_ptr<beginning> start(static_cast<beginning*>(argument));
    return start->cancelled ? 0 : start->body->run();
}

failure creation_failure(int error, DWORD last) noexcept {
    switch (error) {
        case EINVAL:
            return failure(errc::invalid_parameter, "_beginthreadex");
        case ENOMEM:
        case EACCES:
            return failure(errc::not_enough_memory, "_beginthreadex");
        default:
            return last != ERROR_SUCCESS ? failure(last, "_beginthreadex")
                                         : failure(errc::no_system_resources, "_beginthreadex");
    }
}

}  // namespace

result<thread> thread::start_body(std::unique_ptr<detail::thread_body> body, const thread_options& options) {
    auto rights = detail::resolve_access(type, options.access);
    if (!rights) return std::move(rights).error();
    if (options.stack_size > std::numeric_limits<unsigned>::max())
        return failure(errc::not_enough_memory, "a stack of 4 GiB or more");

    std::unique_ptr<beginning> start(new (std::nothrow) beginning{std::move(body)});
    if (start == nullptr) return errc::not_enough_memory;
    // _beginthreadex takes no access mask: for other than all rights its handle is duplicated.
    const bool exact = *rights == access::thread_all;
    auto security = detail::attributes(options.inheritable && exact);
    // Suspended at first, so that it can still be called off.
    SetLastError(ERROR_SUCCESS);
    errno = 0;
    const auto made = _beginthreadex(&security, static_cast<unsigned>(options.stack_size), run, start.get(),
                                     CREATE_SUSPENDED | STACK_SIZE_PARAM_IS_A_RESERVATION, nullptr);
    if (made == 0) return creation_failure(errno, GetLastError());
    beginning* const running = start.release();

    handle full{handle_value(made)};
    const HANDLE resumable = native(full.get());
    auto given = exact ? result<handle>(std::move(full))
                       : kobj::duplicate(full.get(), {.access = *rights, .inheritable = options.inheritable});
    if (!given) running->cancelled = true;
    if (!given || !options.suspended) ResumeThread(resumable);
    if (!given) return std::move(given).error();
    return thread(*std::move(given));
}

result<thread> thread::open(std::uint32_t id, const open_options& options) {
    if (auto rights = detail::resolve_access(type, options.access); !rights) return std::move(rights).error();
    const HANDLE opened = OpenThread(options.access, options.inheritable ? TRUE : FALSE, id);
    if (opened == nullptr) return last_error({"OpenThread of id ", number_text(id)});
    return thread(handle(handle_value::from_native(opened)));
}

std::uint32_t thread::current_id() noexcept {
    return GetCurrentThreadId();
}

void thread::exit(std::uint32_t code) {
    _endthreadex(code);
    std::terminate();  // not reached
}

result<std::uint32_t> thread::id() const {
    const DWORD found = GetThreadId(native(get()));
    if (found == 0) return last_error({"GetThreadId of handle ", number_text(get())});
    return std::uint32_t{found};
}

result<std::uint32_t> thread::exit_code() const {
    DWORD code = 0;
    if (GetExitCodeThread(native(get()), &code) == 0)
        return last_error({"GetExitCodeThread of handle ", number_text(get())});
    return std::uint32_t{code};
}

result<std::uint32_t> thread::suspend() {
    const DWORD before = SuspendThread(native(get()));
    if (before == static_cast<DWORD>(-1)) return last_error({"SuspendThread of handle ", number_text(get())});
    return std::uint32_t{before};
}

result<std::uint32_t> thread::resume() {
    const DWORD before = ResumeThread(native(get()));
    if (before == static_cast<DWORD>(-1)) return last_error({"ResumeThread of handle ", number_text(get())});
    return std::uint32_t{before};
}

}  // namespace kobj
