#include <kobj/thread.hpp>

#include <process.h>
#include <pthread.h>

#include <cerrno>
#include <csetjmp>
#include <new>

#include "posix/windows_h/call.hpp"
#include "posix/windows_h/clock/clock.hpp"
#include "posix/windows_h/thread/own_threads.hpp"

using namespace kobj::windows_h;

namespace {

// ---- the way through a thread, and out of it ----

// Where ExitThread goes: no destructor runs on the way, as on Windows. Null in threads that were not made here.
constinit thread_local std::jmp_buf* way_out = nullptr;
constinit thread_local DWORD own_code = 0;
// Of a thread by _beginthread, which closes its own handle.
constinit thread_local HANDLE own_handle = nullptr;

void close_own_handle() noexcept {
    if (own_handle != nullptr) CloseHandle(own_handle);
    own_handle = nullptr;
}

// What was queued before the thread ran comes first.
template <class F>
DWORD run_to_end(const F& body) {
    std::jmp_buf out;
    way_out = &out;
    if (setjmp(out) == 0) {
        run_apcs();
        own_code = body();
    }
    way_out = nullptr;
    return own_code;
}

[[noreturn]] void leave(DWORD code) {
    if (way_out == nullptr) kobj::thread::exit(code);
    own_code = code;
    std::longjmp(*way_out, 1);
}

// ---- the start ----

// Where Windows reserves a megabyte for a stack, whatever is asked for, the system's default is right.
std::size_t stack_size_of(SIZE_T asked, DWORD flags) noexcept {
    constexpr SIZE_T least = SIZE_T{64} << 10U;
    constexpr SIZE_T reserved_anyway = SIZE_T{1} << 20U;
    if ((flags & STACK_SIZE_PARAM_IS_A_RESERVATION) == 0) return asked <= reserved_anyway ? 0 : asked;
    return asked == 0 || asked >= least ? asked : least;
}

void note_creation(thread_data& data, std::int64_t when) {
    const std::lock_guard hold(apc_queue::gate());
    data.created = when;
}

template <class F>
kobj::result<kobj::thread> start(const SECURITY_ATTRIBUTES* attributes, SIZE_T stack, DWORD flags,
                                 const F& body) noexcept {
    constexpr SIZE_T beyond_all_memory = SIZE_T{1} << 47U;
    if ((flags & ~(CREATE_SUSPENDED | STACK_SIZE_PARAM_IS_A_RESERVATION)) != 0) return kobj::errc::invalid_parameter;
    if (stack >= beyond_all_memory) return kobj::errc::not_enough_memory;
    try {
        const std::int64_t now = file_ticks(now_by(CLOCK_REALTIME));
        auto made = kobj::thread::start(
            [=] {
                if (const auto data = own_data()) note_creation(**data, now);
                return run_to_end(body);
            },
            {.suspended = (flags & CREATE_SUSPENDED) != 0,
             .stack_size = stack_size_of(stack, flags),
             .inheritable = inheritable(attributes)});
        if (!made && made.error() == kobj::errc::no_system_resources) return kobj::errc::not_enough_memory;
        // One that is suspended has a time of creation, too.
        if (const auto facts =
                made ? kobj::detail::look_at_thread(made->get(), kobj::access::thread_all) : kobj::errc::invalid_state)
            note_creation(*data_of(*facts), now);
        return made;
    } catch (const std::bad_alloc&) {
        return kobj::errc::not_enough_memory;
    }
}

HANDLE start(const SECURITY_ATTRIBUTES* attributes, SIZE_T stack, LPTHREAD_START_ROUTINE routine, LPVOID argument,
             DWORD flags, LPDWORD id) noexcept {
    auto made = start(attributes, stack, flags, [=] { return routine(argument); });
    if (!made) return refuse_handle(made.error().value());
    if (id != nullptr) *id = made->id().value_or(0);
    return made->detach().native();
}

// Errors of the C library's functions.
int errno_of(DWORD error) noexcept {
    switch (error) {
        case ERROR_INVALID_PARAMETER:
            return EINVAL;
        case ERROR_ACCESS_DENIED:
            return EACCES;
        default:
            return EAGAIN;
    }
}

}  // namespace

HANDLE CreateThread(LPSECURITY_ATTRIBUTES attributes, SIZE_T stack, LPTHREAD_START_ROUTINE routine, LPVOID argument,
                    DWORD flags, LPDWORD id) {
    return start(attributes, stack, routine, argument, flags, id);
}

void ExitThread(DWORD code) {
    leave(code);
}

uintptr_t _beginthreadex(void* attributes, unsigned stack, _beginthreadex_proc_type routine, void* argument,
                         unsigned flags, unsigned* id) {
    if (routine == nullptr) {
        errno = EINVAL;
        return 0;
    }
    const HANDLE made = start(static_cast<const SECURITY_ATTRIBUTES*>(attributes), stack, routine, argument, flags, id);
    if (made == nullptr) errno = errno_of(GetLastError());
    return reinterpret_cast<uintptr_t>(made);
}

void _endthreadex(unsigned code) {
    leave(code);
}

uintptr_t _beginthread(_beginthread_proc_type routine, unsigned stack, void* argument) {
    constexpr auto none = static_cast<uintptr_t>(-1);
    if (routine == nullptr) {
        errno = EINVAL;
        return none;
    }
    // The thread has to know its handle: it is told before it runs.
    const auto refused = [&](DWORD error) {
        SetLastError(error);
        errno = errno_of(error);
        return none;
    };
    HANDLE* const told = new (std::nothrow) HANDLE(nullptr);
    if (told == nullptr) return refused(ERROR_NOT_ENOUGH_MEMORY);
    auto made = start(nullptr, stack, CREATE_SUSPENDED, [=] {
        own_handle = *told;
        delete told;
        routine(argument);
        close_own_handle();
        return DWORD{0};
    });
    if (!made) {
        delete told;
        return refused(made.error().value());
    }
    const HANDLE value = made->get().native();
    *told = value;
    (void)made->resume();
    (void)made->detach();
    return reinterpret_cast<uintptr_t>(value);
}

void _endthread() {
    close_own_handle();
    leave(0);
}

HANDLE OpenThread(DWORD access, BOOL inherit, DWORD id) {
    return opened(kobj::thread::open(id, {.inheritable = inherit != FALSE, .access = access}));
}

// Only lent: the caller keeps the handle.
namespace {
template <class F>
auto lend(HANDLE handle, F&& work) noexcept {
    kobj::thread lent{kobj::handle(value_of(handle))};
    auto answer = work(lent);
    (void)lent.detach();
    return answer;
}
}  // namespace

BOOL GetExitCodeThread(HANDLE thread, LPDWORD code) {
    const auto found = lend(thread, [](const kobj::thread& t) { return t.exit_code(); });
    if (found && code != nullptr) *code = *found;
    return done(found);
}

namespace {
DWORD count_of(const kobj::result<std::uint32_t>& before) noexcept {
    if (before) return *before;
    SetLastError(before.error().value());
    return static_cast<DWORD>(-1);
}
}  // namespace

DWORD SuspendThread(HANDLE thread) {
    return count_of(lend(thread, [](kobj::thread& t) { return t.suspend(); }));
}

DWORD ResumeThread(HANDLE thread) {
    return count_of(lend(thread, [](kobj::thread& t) { return t.resume(); }));
}

BOOL TerminateThread(HANDLE thread, DWORD code) {
    const auto facts = kobj::detail::look_at_thread(value_of(thread), THREAD_TERMINATE);
    if (!facts) return refuse(facts.error().value());
    if (!facts->ended && facts->own && facts->id == GetCurrentThreadId()) leave(code);
    const auto done = kobj::detail::terminate_thread(value_of(thread), code);
    return done ? TRUE : refuse(done.error().value());
}

DWORD QueueUserAPC(PAPCFUNC routine, HANDLE thread, ULONG_PTR argument) {
    const auto facts = kobj::detail::look_at_thread(value_of(thread), THREAD_SET_CONTEXT);
    if (!facts) return static_cast<DWORD>(refuse(facts.error().value()));
    if (facts->ended) return static_cast<DWORD>(refuse(ERROR_GEN_FAILURE));
    if (!facts->own) return static_cast<DWORD>(refuse(ERROR_NOT_SUPPORTED));
    try {
        const std::shared_ptr<thread_data> data = data_of(*facts);
        {
            const std::lock_guard hold(apc_queue::gate());
            if (data->at_end) return static_cast<DWORD>(refuse(ERROR_GEN_FAILURE));
            data->apcs.push(routine, argument);
        }
        data->apcs.wake();
        return 1;
    } catch (const std::bad_alloc&) {
        return static_cast<DWORD>(refuse(ERROR_NOT_ENOUGH_MEMORY));
    }
}
