#pragma once

#include <string>

#include "posix/arena/layout.hpp"
#include "posix/os/shared_file.hpp"

namespace kobj::tool {

/// Switches the noting of events in a session on and off. The only thing by which this program writes to a session: it
/// sets aside the memory of the ring, says in one word of the header until when it is wanted, and sets the contended
/// bit of the objects, which only means that one has to look under the lock.
class trace_switch {
public:
    /// Throws facts::unreadable.
    explicit trace_switch(const std::string& path);
    trace_switch(const trace_switch&) = delete;
    trace_switch& operator=(const trace_switch&) = delete;
    ~trace_switch();

    static constexpr posix::u64 for_good = posix::wait_forever;
    /// On until then (monotonic nanoseconds), or until it would be anyway if that is later. Called again, it makes up
    /// for objects that were just being given back to the quick paths.
    void on_until(posix::u64 when);
    void off();
    [[nodiscard]] posix::u64 until() const;

private:
    [[nodiscard]] posix::arena_header& header() const noexcept;
    void set_ring_aside();
    void close_quick_paths();

    posix::os::descriptor file_;
    char* base_ = nullptr;
};

}  // namespace kobj::tool
