#include <kobj/thread.hpp>

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <new>

#include "posix/windows_h/call.hpp"
#include "posix/windows_h/clock/clock.hpp"
#include "posix/windows_h/text/text.hpp"
#include "posix/windows_h/thread/own_threads.hpp"

using namespace kobj::windows_h;

namespace {

constexpr DWORD to_query = THREAD_QUERY_INFORMATION | THREAD_QUERY_LIMITED_INFORMATION;
constexpr DWORD to_set = THREAD_SET_INFORMATION | THREAD_SET_LIMITED_INFORMATION;

// What the thread's object keeps: see kobj::detail::change_scheduling.
constexpr DWORD priority_bits = 0xFF;
constexpr DWORD no_boost_bit = 0x100;
constexpr DWORD ideal_shift = 16;
constexpr DWORD ideal_bits = DWORD{0xFF} << ideal_shift;

kobj::result<kobj::detail::thread_facts> look_at(HANDLE thread, DWORD rights) noexcept {
    return kobj::detail::look_at_thread(value_of(thread), rights);
}
kobj::result<DWORD> change(HANDLE thread, DWORD rights, DWORD mask, DWORD bits) noexcept {
    return kobj::detail::change_scheduling(value_of(thread), rights, mask, bits);
}

DWORD processors() noexcept {
    SYSTEM_INFO info;
    GetSystemInfo(&info);
    return info.dwNumberOfProcessors;
}

}  // namespace

DWORD GetThreadId(HANDLE thread) {
    const auto facts = look_at(thread, to_query);
    return facts ? facts->id : static_cast<DWORD>(refuse(facts.error().value()));
}

DWORD GetProcessIdOfThread(HANDLE thread) {
    const auto facts = look_at(thread, to_query);
    return facts ? facts->process_id : static_cast<DWORD>(refuse(facts.error().value()));
}

// ---- scheduling ----

BOOL SetThreadPriority(HANDLE thread, int priority) {
    const auto known = change(thread, to_set, 0, 0);
    if (!known) return refuse(known.error().value());
    if ((priority < THREAD_PRIORITY_LOWEST || priority > THREAD_PRIORITY_HIGHEST) && priority != THREAD_PRIORITY_IDLE &&
        priority != THREAD_PRIORITY_TIME_CRITICAL)
        return refuse(ERROR_INVALID_PARAMETER);
    return done(change(thread, to_set, priority_bits, static_cast<DWORD>(priority)));
}

int GetThreadPriority(HANDLE thread) {
    const auto kept = change(thread, to_query, 0, 0);
    if (kept) return static_cast<signed char>(*kept & priority_bits);
    SetLastError(kept.error().value());
    return THREAD_PRIORITY_ERROR_RETURN;
}

BOOL SetThreadPriorityBoost(HANDLE thread, BOOL disable) {
    return done(change(thread, to_set, no_boost_bit, disable != FALSE ? no_boost_bit : 0));
}

BOOL GetThreadPriorityBoost(HANDLE thread, PBOOL disabled) {
    const auto kept = change(thread, to_query, 0, 0);
    if (kept && disabled != nullptr) *disabled = (*kept & no_boost_bit) != 0 ? TRUE : FALSE;
    return done(kept);
}

DWORD SetThreadIdealProcessor(HANDLE thread, DWORD processor) {
    const auto failed = [](DWORD error) {
        SetLastError(error);
        return static_cast<DWORD>(-1);
    };
    const bool asks_only = processor == MAXIMUM_PROCESSORS;
    const auto before = change(thread, THREAD_SET_INFORMATION, 0, 0);
    if (!before) return failed(before.error().value());
    if (!asks_only) {
        if (processor >= processors() || processor > MAXIMUM_PROCESSORS) return failed(ERROR_INVALID_PARAMETER);
        const auto changed = change(thread, THREAD_SET_INFORMATION, ideal_bits, processor << ideal_shift);
        if (!changed) return failed(changed.error().value());
    }
    return (*before & ideal_bits) >> ideal_shift;
}

DWORD_PTR SetThreadAffinityMask(HANDLE thread, DWORD_PTR mask) {
    const auto failed = [](DWORD error) {
        SetLastError(error);
        return DWORD_PTR{0};
    };
    const auto facts = look_at(thread, to_set);
    if (!facts) return failed(facts.error().value());
    if (const auto again = look_at(thread, to_query); !again) return failed(again.error().value());
    SYSTEM_INFO info;
    GetSystemInfo(&info);
    if (mask == 0 || (mask & ~info.dwActiveProcessorMask) != 0) return failed(ERROR_INVALID_PARAMETER);
    if (facts->ended) return failed(ERROR_ACCESS_DENIED);
    constexpr unsigned bits = 64;
    cpu_set_t before;
    cpu_set_t after;
    CPU_ZERO(&after);
    for (unsigned i = 0; i < bits; ++i) {
        if ((mask >> i & 1U) != 0) CPU_SET(i, &after);
    }
    const auto id = static_cast<pid_t>(facts->id);
    if (sched_getaffinity(id, sizeof(before), &before) != 0 || sched_setaffinity(id, sizeof(after), &after) != 0)
        return failed(errno == EINVAL ? ERROR_INVALID_PARAMETER : ERROR_ACCESS_DENIED);
    DWORD_PTR former = 0;
    for (unsigned i = 0; i < bits; ++i) {
        if (CPU_ISSET(i, &before)) former |= DWORD_PTR{1} << i;
    }
    return former;
}

DWORD GetCurrentProcessorNumber() {
    const int number = sched_getcpu();
    return number < 0 ? 0 : static_cast<DWORD>(number);
}

void GetCurrentThreadStackLimits(PULONG_PTR low, PULONG_PTR high) {
    pthread_attr_t attributes;
    *low = *high = 0;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0) return;
    void* base = nullptr;
    std::size_t size = 0;
    pthread_attr_getstack(&attributes, &base, &size);
    pthread_attr_destroy(&attributes);
    *low = reinterpret_cast<ULONG_PTR>(base);
    *high = *low + size;
}

// ---- the description ----

namespace {

// Windows gives the status of its kernel, as an HRESULT.
HRESULT status(DWORD error) noexcept {
    switch (error) {
        case ERROR_SUCCESS:
            return HRESULT_FROM_NT(0);
        case ERROR_INVALID_HANDLE:
            return HRESULT_FROM_NT(0xC0000008U);
        case ERROR_ACCESS_DENIED:
            return HRESULT_FROM_NT(0xC0000022U);
        case ERROR_NOT_SUPPORTED:
            return HRESULT_FROM_NT(0xC00000BBU);
        default:
            return HRESULT_FROM_NT(0xC0000017U);  // no memory
    }
}

// What ps and a debugger show: 15 bytes of it.
void tell_system(DWORD id, const std::wstring& description) {
    constexpr std::size_t most = 15;
    std::string text = to_utf8(std::wstring_view(description)).value_or("");
    std::size_t length = text.size();
    if (length > most) {
        length = most;
        while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80) --length;
    }
    std::array<char, 64> path{};
    std::snprintf(path.data(), path.size(), "/proc/self/task/%u/comm", id);
    const int file = open(path.data(), O_WRONLY | O_CLOEXEC);
    if (file < 0) return;
    (void)!write(file, text.data(), length);
    close(file);
}

// Calls `work` with what is kept of the thread, under the gate.
template <class F>
HRESULT with_data(HANDLE thread, DWORD rights, F&& work) noexcept {
    try {
        const auto facts = look_at(thread, rights);
        if (!facts) return status(facts.error().value());
        if (!facts->own) return status(ERROR_NOT_SUPPORTED);
        const std::shared_ptr<thread_data> data = data_of(*facts);
        const std::lock_guard hold(apc_queue::gate());
        work(*facts, *data);
        return status(ERROR_SUCCESS);
    } catch (const std::bad_alloc&) {
        return status(ERROR_NOT_ENOUGH_MEMORY);
    }
}

}  // namespace

HRESULT SetThreadDescription(HANDLE thread, PCWSTR description) {
    return with_data(thread, to_set, [&](const kobj::detail::thread_facts& facts, thread_data& data) {
        std::wstring text = description == nullptr ? std::wstring() : std::wstring(description);
        if (!facts.ended && !text.empty()) tell_system(facts.id, text);
        data.description = std::move(text);
    });
}

HRESULT GetThreadDescription(HANDLE thread, PWSTR* description) {
    return with_data(thread, to_query, [&](const kobj::detail::thread_facts&, thread_data& data) {
        const std::size_t bytes = (data.description.size() + 1) * sizeof(WCHAR);
        void* const copy = LocalAlloc(LMEM_FIXED, bytes);
        if (copy == nullptr) throw std::bad_alloc();
        std::memcpy(copy, data.description.c_str(), bytes);
        *description = static_cast<PWSTR>(copy);
    });
}

// ---- times ----

namespace kobj::windows_h {

std::optional<thread_times> times_of(std::uint32_t process_id, std::uint32_t id) noexcept {
    std::array<char, 64> path{};
    std::array<char, 1024> text{};
    std::snprintf(path.data(), path.size(), "/proc/%u/task/%u/stat", process_id, id);
    const int file = open(path.data(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return std::nullopt;
    const ssize_t got = read(file, text.data(), text.size() - 1);
    ::close(file);
    if (got <= 0) return std::nullopt;
    // The name in parentheses may hold anything; the fields follow its last parenthesis.
    const char* const rest = std::strrchr(text.data(), ')');
    unsigned long user = 0;
    unsigned long kernel = 0;
    unsigned long long start = 0;
    if (rest == nullptr ||
        std::sscanf(rest + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %*d %*d %*d %*d %*d %*d %llu",
                    &user, &kernel, &start) != 3)
        return std::nullopt;
    // When the machine started, by the wall clock: the same for each thread that is asked about.
    static const std::int64_t boot = file_ticks(now_by(CLOCK_REALTIME) - now_by(CLOCK_BOOTTIME));
    const std::int64_t unit = 10'000'000 / sysconf(_SC_CLK_TCK);
    return thread_times{.created = boot + static_cast<std::int64_t>(start) * unit,
                        .kernel = static_cast<std::int64_t>(kernel) * unit,
                        .user = static_cast<std::int64_t>(user) * unit};
}

}  // namespace kobj::windows_h

namespace {

std::optional<thread_times> find_times(const kobj::detail::thread_facts& thread) {
    std::int64_t created = 0;
    if (thread.own) {
        const std::shared_ptr<thread_data> data = data_of(thread);
        const std::lock_guard hold(apc_queue::gate());
        if (data->at_end) return data->at_end;
        created = data->created;
    }
    if (thread.ended) return std::nullopt;
    auto times = times_of(thread.process_id, thread.id);
    if (times && created != 0) times->created = created;
    if (times && thread.own && thread.id == GetCurrentThreadId()) {
        // Finer than what is in /proc.
        rusage used{};
        getrusage(RUSAGE_THREAD, &used);
        const auto ticks = [](const timeval& t) { return t.tv_sec * std::int64_t{10'000'000} + t.tv_usec * 10; };
        times->kernel = ticks(used.ru_stime);
        times->user = ticks(used.ru_utime);
    }
    return times;
}

}  // namespace

BOOL GetThreadTimes(HANDLE thread, LPFILETIME created, LPFILETIME ended, LPFILETIME kernel, LPFILETIME user) {
    if (created == nullptr || ended == nullptr || kernel == nullptr || user == nullptr) return refuse(ERROR_NOACCESS);
    const auto facts = look_at(thread, to_query);
    if (!facts) return refuse(facts.error().value());
    try {
        const auto times = find_times(*facts);
        if (!times) return refuse(ERROR_NOT_SUPPORTED);
        *created = file_time(times->created);
        *ended = file_time(times->ended);
        *kernel = file_time(times->kernel);
        *user = file_time(times->user);
        return TRUE;
    } catch (const std::bad_alloc&) {
        return refuse(ERROR_NOT_ENOUGH_MEMORY);
    }
}
