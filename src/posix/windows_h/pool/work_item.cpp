#include <new>

#include "posix/windows_h/call.hpp"
#include "posix/windows_h/pool/ending.hpp"
#include "posix/windows_h/pool/state.hpp"

using namespace kobj::windows_h;

namespace {

class work_item final : public pool::source {
public:
    work_item(LPTHREAD_START_ROUTINE function, PVOID context, ULONG flags)
        : source(pool::manner_of(flags)), function_(function), context_(context) {}

private:
    void call(unsigned) override { function_(context_); }

    const LPTHREAD_START_ROUTINE function_;
    const PVOID context_;
};

}  // namespace

BOOL QueueUserWorkItem(LPTHREAD_START_ROUTINE function, PVOID context, ULONG flags) {
    if (function == nullptr) return refuse(ERROR_INVALID_PARAMETER);
    try {
        pool::state& p = pool::state::of_process();
        const auto item = std::make_shared<work_item>(function, context, flags);
        const std::lock_guard lock(p.gate);
        p.everyday->raise_maximum(pool::maximum_of(flags));
        p.everyday->add(*item);
        return TRUE;
    } catch (const std::bad_alloc&) {
        return refuse(ERROR_NOT_ENOUGH_MEMORY);
    }
}
