#include <kobj/process.hpp>

#include "posix/windows_h/call.hpp"

using namespace kobj::windows_h;

namespace {

/// A process by a handle that stays the caller's.
class lent {
public:
    explicit lent(HANDLE handle) noexcept : process_(kobj::handle(value_of(handle))) {}
    lent(const lent&) = delete;
    lent& operator=(const lent&) = delete;
    ~lent() { (void)process_.detach(); }
    kobj::process* operator->() noexcept { return &process_; }

private:
    kobj::process process_;
};

}  // namespace

VOID ExitProcess(UINT code) {
    kobj::process::exit(code);
}

BOOL TerminateProcess(HANDLE process, UINT code) {
    return done(lent(process)->terminate(code));
}

HANDLE OpenProcess(DWORD access, BOOL inherit, DWORD id) {
    return opened(kobj::process::open(id, {.inheritable = inherit != FALSE, .access = access}));
}

BOOL GetExitCodeProcess(HANDLE process, LPDWORD code) {
    if (code == nullptr) return refuse(ERROR_INVALID_PARAMETER);
    const auto found = lent(process)->exit_code();
    if (!found) return refuse(found.error().value());
    *code = *found;
    return TRUE;
}

DWORD GetProcessId(HANDLE process) {
    const auto id = lent(process)->id();
    if (!id) return static_cast<DWORD>(refuse(id.error().value()));
    return *id;
}
