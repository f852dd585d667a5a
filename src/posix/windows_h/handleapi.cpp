#include "posix/windows_h/call.hpp"

using namespace kobj::windows_h;

BOOL CloseHandle(HANDLE object) {
    return done(kobj::close(value_of(object)));
}

BOOL DuplicateHandle(HANDLE source_process, HANDLE source, HANDLE target_process, LPHANDLE target, DWORD access,
                     BOOL inherit, DWORD options) {
    if ((options & ~(DUPLICATE_CLOSE_SOURCE | DUPLICATE_SAME_ACCESS)) != 0) return refuse(ERROR_INVALID_PARAMETER);
    kobj::duplicate_options how;
    if ((options & DUPLICATE_SAME_ACCESS) == 0) how.access = access;
    how.inheritable = inherit != FALSE;
    how.close_source = (options & DUPLICATE_CLOSE_SOURCE) != 0;
    // Without a target process the source is only closed.
    if (target_process == nullptr && how.close_source) {
        how.access.reset();
        return done(kobj::duplicate_from(value_of(source_process), value_of(source), how));
    }
    const auto made = kobj::duplicate(value_of(source_process), value_of(source), value_of(target_process), how);
    if (target != nullptr) *target = made ? made->native() : nullptr;
    return done(made);
}

BOOL CompareObjectHandles(HANDLE first, HANDLE second) {
    const auto same = kobj::same_object(value_of(first), value_of(second));
    if (!same) return refuse(same.error().value());
    return *same ? TRUE : refuse(ERROR_NOT_SAME_OBJECT);
}

BOOL GetHandleInformation(HANDLE object, LPDWORD flags) {
    if (flags == nullptr) return refuse(ERROR_INVALID_PARAMETER);
    const auto found = kobj::get_flags(value_of(object));
    if (!found) return refuse(found.error().value());
    *flags = (found->inheritable ? HANDLE_FLAG_INHERIT : 0) |
             (found->protect_from_close ? HANDLE_FLAG_PROTECT_FROM_CLOSE : 0);
    return TRUE;
}

BOOL SetHandleInformation(HANDLE object, DWORD mask, DWORD flags) {
    constexpr DWORD all = HANDLE_FLAG_INHERIT | HANDLE_FLAG_PROTECT_FROM_CLOSE;
    if ((mask & ~all) != 0) return refuse(ERROR_INVALID_PARAMETER);
    const kobj::handle_value value = value_of(object);
    const bool inherit = (flags & HANDLE_FLAG_INHERIT) != 0;
    const bool protect = (flags & HANDLE_FLAG_PROTECT_FROM_CLOSE) != 0;
    switch (mask) {
        case 0:
            return done(kobj::get_flags(value));
        case HANDLE_FLAG_INHERIT:
            return done(kobj::set_inheritable(value, inherit));
        case HANDLE_FLAG_PROTECT_FROM_CLOSE:
            return done(kobj::set_protect_from_close(value, protect));
        default:
            return done(kobj::set_flags(value, {.inheritable = inherit, .protect_from_close = protect}));
    }
}
