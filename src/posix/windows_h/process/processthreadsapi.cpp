#include <kobj/inspect.hpp>
#include <kobj/process.hpp>
#include <kobj/thread.hpp>

#include <sched.h>
#include <sys/resource.h>

#include "posix/windows_h/call.hpp"

using namespace kobj::windows_h;

HANDLE GetCurrentProcess() {
    return kobj::current_process().native();
}
HANDLE GetCurrentThread() {
    return kobj::current_thread().native();
}
DWORD GetCurrentProcessId() {
    return kobj::process::current_id();
}
DWORD GetCurrentThreadId() {
    return kobj::thread::current_id();
}

BOOL GetProcessHandleCount(HANDLE process, PDWORD count) {
    if (count == nullptr) return refuse(ERROR_INVALID_PARAMETER);
    // Only lent: the caller keeps the handle.
    kobj::process lent{kobj::handle(value_of(process))};
    const auto id = lent.id();
    const auto code = lent.exit_code();
    (void)lent.detach();
    if (!id) return refuse(id.error().value());
    const auto table = kobj::inspect::handle_table(*id);
    if (!table) {
        // One that has ended has no table any more.
        if (!code || *code == kobj::still_active) return refuse(table.error().value());
        *count = 0;
        return TRUE;
    }
    *count = static_cast<DWORD>(table->size());
    return TRUE;
}

BOOL SwitchToThread() {
    const auto switches = [] {
        rusage used{};
        getrusage(RUSAGE_THREAD, &used);
        return used.ru_nvcsw + used.ru_nivcsw;
    };
    const long before = switches();
    sched_yield();
    return switches() != before ? TRUE : FALSE;
}
