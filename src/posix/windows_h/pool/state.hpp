#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>

#include <windows.h>

#include "posix/windows_h/pool/source.hpp"
#include "posix/windows_h/pool/timer_thread.hpp"
#include "posix/windows_h/pool/wait_thread.hpp"
#include "posix/windows_h/pool/workers.hpp"

// The thread pool of this process: docs/thread_pool.md.
namespace kobj::windows_h::pool {

/// Never destroyed, since its threads may outlive the static destructors. A forked child begins with a new one; the
/// parent's stays behind in its memory, as it was at the fork.
struct state {
    /// Made when it is first asked for. Throws bad_alloc.
    static state& of_process();

    [[nodiscard]] bool is_ours() const;

    std::mutex gate;
    std::condition_variable finished;  ///< a callback has ended, or will not be made
    bool stopped = false;              ///< the process is about to end: no callback begins any more
    timer_thread timers;
    wait_thread waits{*this};
    const std::shared_ptr<workers> everyday = std::make_shared<workers>(*this);
    state* left_behind = nullptr;  ///< the parent's

    // What the handles lead to, with the gate held.
    HANDLE add(std::shared_ptr<item> made);
    /// For what has no handle. Neither is used twice.
    std::uint64_t new_key() { return last_handle_ += step; }
    void remove(HANDLE which) { items_.erase(which); }
    template <class T>
    std::shared_ptr<T> find(HANDLE which) const {
        const auto found = items_.find(which);
        return found == items_.end() ? nullptr : std::dynamic_pointer_cast<T>(found->second);
    }

private:
    static constexpr std::uintptr_t step = 16;

    std::unordered_map<HANDLE, std::shared_ptr<item>> items_;
    // No object's handle is that large.
    std::uintptr_t last_handle_ = std::uintptr_t{1} << 40U;
};

}  // namespace kobj::windows_h::pool
