#include <kobj/mutex.hpp>

#include "common/access_rights.hpp"
#include "last_error.hpp"
#include "native.hpp"
#include "security.hpp"
#include "wide_name.hpp"

namespace kobj {

using detail::last_error;

result<mutex> mutex::create(const mutex_options& options) {
    auto name = detail::wide_name::to_create(options.name);
    if (!name) return std::move(name).error();
    auto rights = detail::resolve_access(type, options.access);
    if (!rights) return std::move(rights).error();

    auto security = detail::attributes(options.inheritable);
    SetLastError(ERROR_SUCCESS);
    const HANDLE made = CreateMutexExW(&security, name->c_str(),
                                       options.initially_owned ? DWORD{CREATE_MUTEX_INITIAL_OWNER} : 0, *rights);
    if (made == nullptr) return last_error({"CreateMutexEx of '", options.name, "'"});
    mutex created{handle(handle_value::from_native(made))};
    created.existed_ = GetLastError() == ERROR_ALREADY_EXISTS;
    return created;
}

result<mutex> mutex::open(std::string_view name, const open_options& options) {
    auto wide = detail::wide_name::to_open(name);
    if (!wide) return std::move(wide).error();
    if (auto rights = detail::resolve_access(type, options.access); !rights) return std::move(rights).error();

    const HANDLE opened = OpenMutexW(options.access, options.inheritable ? TRUE : FALSE, wide->c_str());
    if (opened == nullptr) return last_error({"OpenMutex of '", name, "'"});
    mutex found{handle(handle_value::from_native(opened))};
    found.existed_ = true;
    return found;
}

result<void> mutex::release(handle_value value) {
    if (ReleaseMutex(detail::native(value)) == 0)
        return last_error({"ReleaseMutex of handle ", detail::number_text(value)});
    return {};
}

}  // namespace kobj
