#include <kobj/event.hpp>

#include "common/access_rights.hpp"
#include "last_error.hpp"
#include "native.hpp"
#include "security.hpp"
#include "wide_name.hpp"

namespace kobj {

using detail::last_error;
using detail::native;
using detail::number_text;

result<event> event::create(const event_options& options) {
    auto name = detail::wide_name::to_create(options.name);
    if (!name) return std::move(name).error();
    auto rights = detail::resolve_access(type, options.access);
    if (!rights) return std::move(rights).error();

    auto security = detail::attributes(options.inheritable);
    const DWORD how = (options.manual_reset ? DWORD{CREATE_EVENT_MANUAL_RESET} : 0) |
                      (options.initially_signaled ? DWORD{CREATE_EVENT_INITIAL_SET} : 0);
    SetLastError(ERROR_SUCCESS);
    const HANDLE made = CreateEventExW(&security, name->c_str(), how, *rights);
    if (made == nullptr) return last_error({"CreateEventEx of '", options.name, "'"});
    event created{handle(handle_value::from_native(made))};
    created.existed_ = GetLastError() == ERROR_ALREADY_EXISTS;
    return created;
}

result<event> event::open(std::string_view name, const open_options& options) {
    auto wide = detail::wide_name::to_open(name);
    if (!wide) return std::move(wide).error();
    if (auto rights = detail::resolve_access(type, options.access); !rights) return std::move(rights).error();

    const HANDLE opened = OpenEventW(options.access, options.inheritable ? TRUE : FALSE, wide->c_str());
    if (opened == nullptr) return last_error({"OpenEvent of '", name, "'"});
    event found{handle(handle_value::from_native(opened))};
    found.existed_ = true;
    return found;
}

result<void> event::set(handle_value value) {
    if (SetEvent(native(value)) == 0) return last_error({"SetEvent of handle ", number_text(value)});
    return {};
}

result<void> event::reset(handle_value value) {
    if (ResetEvent(native(value)) == 0) return last_error({"ResetEvent of handle ", number_text(value)});
    return {};
}

result<void> event::pulse(handle_value value) {
    if (PulseEvent(native(value)) == 0) return last_error({"PulseEvent of handle ", number_text(value)});
    return {};
}

}  // namespace kobj
