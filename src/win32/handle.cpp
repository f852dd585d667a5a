#include <kobj/handle.hpp>

#include "common/access_rights.hpp"
#include "last_error.hpp"
#include "native.hpp"
#include "nt.hpp"

#include <utility>

namespace kobj {

using detail::is_pseudo;
using detail::last_error;
using detail::native;
using detail::number_text;

result<void> close(handle_value value) {
    if (is_pseudo(value)) return {};
    if (CloseHandle(native(value)) == 0) return last_error({"CloseHandle of ", number_text(value)});
    return {};
}

namespace {
// The rights to ask DuplicateHandle for. What the handle of another process leads to is not known here, nor what rights
// a foreign type has: there the call alone decides.
result<access_mask> rights_of_duplicate(handle_value source_process, handle_value source, access_mask wanted) {
    if (source_process != current_process()) return wanted;
    auto type = type_of(source);
    if (!type) return std::move(type).error();
    if (*type == object_type::other) return wanted;
    return detail::resolve_access(*type, wanted);
}
}  // namespace

result<handle_value> duplicate(handle_value source_process, handle_value source, handle_value target_process,
                               const duplicate_options& options) {
    DWORD how = 0;
    access_mask rights = 0;
    if (options.access) {
        auto resolved = rights_of_duplicate(source_process, source, *options.access);
        if (!resolved) {
            if (options.close_source) (void)close(source);
            return std::move(resolved).error();
        }
        rights = *resolved;
    } else {
        how |= DUPLICATE_SAME_ACCESS;
    }
    if (options.close_source) how |= DUPLICATE_CLOSE_SOURCE;
    HANDLE made = nullptr;
    if (DuplicateHandle(native(source_process), native(source), native(target_process), &made, rights,
                        options.inheritable ? TRUE : FALSE, how) == 0)
        return last_error({"DuplicateHandle of ", number_text(source)});
    return handle_value::from_native(made);
}

result<handle_flags> get_flags(handle_value value) {
    if (is_pseudo(value)) return handle_flags{};
    DWORD flags = 0;
    if (GetHandleInformation(native(value), &flags) == 0)
        return last_error({"GetHandleInformation of ", number_text(value)});
    return handle_flags{.inheritable = (flags & HANDLE_FLAG_INHERIT) != 0,
                        .protect_from_close = (flags & HANDLE_FLAG_PROTECT_FROM_CLOSE) != 0};
}

namespace {
result<void> change_flags(handle_value value, DWORD which, DWORD flags) {
    if (is_pseudo(value)) return failure(errc::invalid_handle, "a pseudo handle has no flags");
    if (SetHandleInformation(native(value), which, flags) == 0)
        return last_error({"SetHandleInformation of ", number_text(value)});
    return {};
}
}  // namespace

result<void> set_flags(handle_value value, handle_flags flags) {
    const DWORD wanted = (flags.inheritable ? HANDLE_FLAG_INHERIT : 0U) |
                         (flags.protect_from_close ? HANDLE_FLAG_PROTECT_FROM_CLOSE : 0U);
    return change_flags(value, HANDLE_FLAG_INHERIT | HANDLE_FLAG_PROTECT_FROM_CLOSE, wanted);
}

result<void> set_inheritable(handle_value value, bool inheritable) {
    return change_flags(value, HANDLE_FLAG_INHERIT, inheritable ? HANDLE_FLAG_INHERIT : 0);
}

result<void> set_protect_from_close(handle_value value, bool protect) {
    return change_flags(value, HANDLE_FLAG_PROTECT_FROM_CLOSE, protect ? HANDLE_FLAG_PROTECT_FROM_CLOSE : 0);
}

result<bool> same_object(handle_value first, handle_value second) {
    // CompareObjectHandles says no for handles that are not open.
    for (const auto each : {first, second})
        if (auto open = type_of(each); !open) return std::move(open).error();
    return CompareObjectHandles(native(first), native(second)) != 0;
}

result<access_mask> access_of(handle_value value) {
    if (value == current_process()) return access::process_all;
    if (value == current_thread()) return access::thread_all;
    auto basics = detail::nt::query_basics(native(value));
    if (!basics) return std::move(basics).error();
    return access_mask{basics->granted_access};
}

}  // namespace kobj
