#include <kobj/timer.hpp>

#include "common/access_rights.hpp"
#include "last_error.hpp"
#include "native.hpp"
#include "security.hpp"
#include "wide_name.hpp"

#include <limits>

namespace kobj {

using detail::last_error;
using detail::native;
using detail::number_text;

result<timer> timer::create(const timer_options& options) {
    auto name = detail::wide_name::to_create(options.name);
    if (!name) return std::move(name).error();
    auto rights = detail::resolve_access(type, options.access);
    if (!rights) return std::move(rights).error();

    auto security = detail::attributes(options.inheritable);
    SetLastError(ERROR_SUCCESS);
    const HANDLE made = CreateWaitableTimerExW(
        &security, name->c_str(), options.manual_reset ? DWORD{CREATE_WAITABLE_TIMER_MANUAL_RESET} : 0, *rights);
    if (made == nullptr) return last_error({"CreateWaitableTimerEx of '", options.name, "'"});
    timer created{handle(handle_value::from_native(made))};
    created.existed_ = GetLastError() == ERROR_ALREADY_EXISTS;
    return created;
}

result<timer> timer::open(std::string_view name, const open_options& options) {
    auto wide = detail::wide_name::to_open(name);
    if (!wide) return std::move(wide).error();
    if (auto rights = detail::resolve_access(type, options.access); !rights) return std::move(rights).error();

    const HANDLE opened = OpenWaitableTimerW(options.access, options.inheritable ? TRUE : FALSE, wide->c_str());
    if (opened == nullptr) return last_error({"OpenWaitableTimer of '", name, "'"});
    timer found{handle(handle_value::from_native(opened))};
    found.existed_ = true;
    return found;
}

result<void> timer::set(handle_value value, due_time due, std::chrono::nanoseconds period) {
    const auto period_ms = std::chrono::ceil<std::chrono::milliseconds>(period).count();
    if (period.count() < 0 || period_ms > std::numeric_limits<LONG>::max())
        return failure(errc::invalid_parameter, "a timer's period is 0 to 2^31 - 1 milliseconds");
    if (!due.is_valid()) return failure(errc::invalid_parameter, "a due time too far away to be counted");
    LARGE_INTEGER when;
    when.QuadPart = due.ticks();
    if (SetWaitableTimer(native(value), &when, static_cast<LONG>(period_ms), nullptr, nullptr, FALSE) == 0)
        return last_error({"SetWaitableTimer of handle ", number_text(value)});
    return {};
}

result<void> timer::cancel(handle_value value) {
    if (CancelWaitableTimer(native(value)) == 0)
        return last_error({"CancelWaitableTimer of handle ", number_text(value)});
    return {};
}

}  // namespace kobj
