#include "posix/windows_h/pool/ending.hpp"

#include <new>

#include "posix/windows_h/call.hpp"
#include "posix/windows_h/pool/state.hpp"

namespace kobj::windows_h::pool {

ending::ending(HANDLE event) {
    if (event == nullptr) return;
    if (event == INVALID_HANDLE_VALUE) {
        waits_ = true;
        return;
    }
    // A copy: the caller may close the event too early.
    const auto type = type_of(value_of(event));
    auto copy = duplicate(value_of(event));
    if (!type || *type != object_type::event || !copy) {
        error_ = ERROR_INVALID_HANDLE;
        return;
    }
    try {
        when_done_ = std::make_shared<completion>(*std::move(copy));
    } catch (const std::bad_alloc&) {
        error_ = ERROR_NOT_ENOUGH_MEMORY;
    }
}

void ending::close(source& which) {
    outstanding_ |= which.is_outstanding();
    which.close(when_done_);
}

void ending::await(state& pool, gate_lock& lock, source& which) const {
    if (waits_) which.await(pool, lock);
}

BOOL ending::answer() {
    if (when_done_) when_done_->counts = true;
    when_done_.reset();
    if (outstanding_ && !waits_) return refuse(ERROR_IO_PENDING);
    return TRUE;
}

}  // namespace kobj::windows_h::pool
