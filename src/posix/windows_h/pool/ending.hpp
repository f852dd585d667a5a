#pragma once

#include <memory>

#include <windows.h>

#include "posix/windows_h/pool/source.hpp"

namespace kobj::windows_h::pool {

/// What a caller who deletes a wait or a timer wants to know of the callbacks that are queued or run still. The answer
/// is told as each of these functions does: TRUE, or FALSE with ERROR_IO_PENDING.
class ending {
public:
    /// `event`: NULL, INVALID_HANDLE_VALUE (wait for them), or an event to set behind the last one. Without the gate.
    explicit ending(HANDLE event);

    /// 0, or why the event cannot be had.
    [[nodiscard]] DWORD error() const noexcept { return error_; }

    /// With the gate held: closes the source.
    void close(source& which);
    /// Behind the last close(), for each source that was closed. With the gate held.
    void await(state& pool, gate_lock& lock, source& which) const;
    /// Without the gate.
    BOOL answer();

private:
    DWORD error_ = 0;
    bool waits_ = false;
    bool outstanding_ = false;
    std::shared_ptr<completion> when_done_;
};

inline source::manner manner_of(ULONG flags) {
    return {.runs_long = (flags & WT_EXECUTELONGFUNCTION) != 0,
            .persistent = (flags & (WT_EXECUTEINPERSISTENTTHREAD | WT_EXECUTEINPERSISTENTIOTHREAD)) != 0};
}

/// What WT_SET_MAX_THREADPOOL_THREADS has put into the flags; 0: nothing.
inline unsigned maximum_of(ULONG flags) {
    return flags >> 16U;
}

}  // namespace kobj::windows_h::pool
