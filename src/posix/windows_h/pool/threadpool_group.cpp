#include "posix/windows_h/pool/threadpool.hpp"

using namespace kobj::windows_h;

PTP_CLEANUP_GROUP CreateThreadpoolCleanupGroup() {
    auto* const made = new (std::nothrow) _TP_CLEANUP_GROUP;
    return made != nullptr ? made : refuse_handle(ERROR_NOT_ENOUGH_MEMORY);
}

void CloseThreadpoolCleanupGroupMembers(PTP_CLEANUP_GROUP group, BOOL cancel, PVOID context) {
    pool::state& p = pool::state::of_process();
    pool::gate_lock lock(p.gate);
    const auto members = std::exchange(group->members, {});
    for (const auto& member : members) member->forget_group();
    for (const auto& member : members) {
        if (cancel != FALSE) member->cancel();
        member->end(lock);
        if (cancel != FALSE) member->cancel();
    }
    for (const auto& member : members) member->await(p, lock);
    lock.unlock();
    if (cancel == FALSE) return;
    for (const auto& member : members) member->tell_cancelled(context);
}

void CloseThreadpoolCleanupGroup(PTP_CLEANUP_GROUP group) {
    delete group;
}
