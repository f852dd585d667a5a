#include <kobj/job.hpp>

#include "posix/windows_h/call.hpp"
#include "posix/windows_h/security/security.hpp"

using namespace kobj::windows_h;

namespace {

template <class Char>
HANDLE create_job(const SECURITY_ATTRIBUTES* attributes, const Char* name) noexcept {
    const descriptor_of_new security(attributes, kobj::object_type::job);
    if (security.error() != 0) return refuse_handle(security.error());
    return with_name(name, [&](std::string_view text) {
        return created(kobj::job::create({.name = text, .inheritable = inheritable(attributes)}));
    });
}

}  // namespace

HANDLE CreateJobObjectA(LPSECURITY_ATTRIBUTES attributes, LPCSTR name) {
    return create_job(attributes, name);
}
HANDLE CreateJobObjectW(LPSECURITY_ATTRIBUTES attributes, LPCWSTR name) {
    return create_job(attributes, name);
}

HANDLE OpenJobObjectA(DWORD access, BOOL inherit, LPCSTR name) {
    return open_by_name<kobj::job>(access, inherit, name);
}
HANDLE OpenJobObjectW(DWORD access, BOOL inherit, LPCWSTR name) {
    return open_by_name<kobj::job>(access, inherit, name);
}

BOOL AssignProcessToJobObject(HANDLE job, HANDLE process) {
    return done(kobj::job::assign(value_of(job), value_of(process)));
}

BOOL TerminateJobObject(HANDLE job, UINT code) {
    return done(kobj::job::terminate(value_of(job), code));
}

BOOL IsProcessInJob(HANDLE process, HANDLE job, PBOOL answer) {
    if (answer == nullptr) return refuse(ERROR_INVALID_PARAMETER);
    const auto found = kobj::job::contains(value_of(job), value_of(process));
    if (!found) return refuse(found.error().value());
    *answer = *found ? TRUE : FALSE;
    return TRUE;
}
