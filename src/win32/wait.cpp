#include <kobj/handle.hpp>

#include "last_error.hpp"
#include "native.hpp"

#include <algorithm>
#include <chrono>

namespace kobj {
namespace {

// The longest wait in one step, far from INFINITE, which is the largest DWORD.
constexpr std::int64_t longest_step_ms = 0x7FFF'FFFF;

DWORD rounded_up_ms(std::int64_t nanoseconds) noexcept {
    const std::int64_t ms = nanoseconds / 1'000'000 + (nanoseconds % 1'000'000 != 0 ? 1 : 0);
    return static_cast<DWORD>(std::min(ms, longest_step_ms));
}

DWORD wait_native(HANDLE object, timeout limit) noexcept {
    if (limit.is_infinite()) return WaitForSingleObject(object, INFINITE);
    if (limit.nanoseconds() == 0) return WaitForSingleObject(object, 0);
    // Windows counts in ticks and may come back up to a tick too early: the clock decides.
    using clock = std::chrono::steady_clock;
    const auto begin = clock::now();
    std::int64_t left = limit.nanoseconds();
    while (true) {
        const DWORD how = WaitForSingleObject(object, rounded_up_ms(left));
        if (how != WAIT_TIMEOUT) return how;
        left = limit.nanoseconds() - std::chrono::nanoseconds(clock::now() - begin).count();
        if (left <= 0) return how;
    }
}

failure wait_failure(handle_value value) noexcept {
    const DWORD error = GetLastError();
    // Windows looks at the rights first, and a file mapping's handle has none to wait: say what the matter is.
    const auto type = type_of(value);
    const bool waitable = !type || *type != object_type::file_mapping;
    return detail::explain(waitable ? error : DWORD{ERROR_INVALID_HANDLE},
                           {"WaitForSingleObject on handle ", detail::number_text(value),
                            waitable ? std::string_view() : ", a file mapping"});
}

}  // namespace

result<wait_status> wait(handle_value value, timeout limit) {
    switch (wait_native(detail::native(value), limit)) {
        case WAIT_OBJECT_0:
            return wait_status::signaled;
        case WAIT_ABANDONED:
            return wait_status::abandoned;
        case WAIT_TIMEOUT:
            return wait_status::timed_out;
        default:
            return wait_failure(value);
    }
}

}  // namespace kobj
