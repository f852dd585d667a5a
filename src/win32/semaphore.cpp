#include <kobj/semaphore.hpp>

#include "common/access_rights.hpp"
#include "last_error.hpp"
#include "native.hpp"
#include "security.hpp"
#include "wide_name.hpp"

namespace kobj {

using detail::last_error;

result<semaphore> semaphore::create(std::int32_t initial, std::int32_t maximum, const semaphore_options& options) {
    if (maximum <= 0 || initial < 0 || initial > maximum)
        return failure(errc::invalid_parameter, "a semaphore's counts are 0 <= initial <= maximum, and maximum > 0");
    auto name = detail::wide_name::to_create(options.name);
    if (!name) return std::move(name).error();
    auto rights = detail::resolve_access(type, options.access);
    if (!rights) return std::move(rights).error();

    auto security = detail::attributes(options.inheritable);
    SetLastError(ERROR_SUCCESS);
    const HANDLE made = CreateSemaphoreExW(&security, initial, maximum, name->c_str(), 0, *rights);
    if (made == nullptr) return last_error({"CreateSemaphoreEx of '", options.name, "'"});
    semaphore created{handle(handle_value::from_native(made))};
    created.existed_ = GetLastError() == ERROR_ALREADY_EXISTS;
    return created;
}

result<semaphore> semaphore::open(std::string_view name, const open_options& options) {
    auto wide = detail::wide_name::to_open(name);
    if (!wide) return std::move(wide).error();
    if (auto rights = detail::resolve_access(type, options.access); !rights) return std::move(rights).error();

    const HANDLE opened = OpenSemaphoreW(options.access, options.inheritable ? TRUE : FALSE, wide->c_str());
    if (opened == nullptr) return last_error({"OpenSemaphore of '", name, "'"});
    semaphore found{handle(handle_value::from_native(opened))};
    found.existed_ = true;
    return found;
}

result<std::int32_t> semaphore::release(handle_value value, std::int32_t units) {
    // Not left to the system: Wine does not look.
    if (units <= 0) return failure(errc::invalid_parameter, "a release of no units, or of less");
    LONG before = 0;
    if (ReleaseSemaphore(detail::native(value), units, &before) == 0)
        return last_error({"ReleaseSemaphore of handle ", detail::number_text(value)});
    return static_cast<std::int32_t>(before);
}

}  // namespace kobj
