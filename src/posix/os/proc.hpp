#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace kobj::posix::os {

/// Processor time of all threads, in nanoseconds.
struct used_times {
    std::uint64_t kernel = 0;
    std::uint64_t user = 0;
};
used_times own_used_times() noexcept;

/// Does /proc show the processes of the caller's PID namespace?
bool proc_is_ours() noexcept;

/// What /proc/PID/stat says.
struct process_facts {
    bool exists = false;
    bool zombie = false;
    bool ending = false;         ///< a zombie with no other thread, or on its way out of the kernel
    bool thread_ending = false;  ///< the thread that was looked at, of a process its first one, runs no more code
    bool stopped = false;        ///< by a signal or a debugger
    pid_t parent = 0;
    std::uint32_t threads = 0;
    std::uint64_t start_time = 0;  ///< clock ticks since boot: tells two users of one PID apart
    used_times used;
};

/// Of a process, or of a thread by its own id.
process_facts look_at_process(pid_t pid) noexcept;

/// Of a thread of that process: there is none where another process has the thread's id by now.
process_facts look_at_thread(pid_t process, pid_t thread) noexcept;

/// Nanoseconds since 1970 at a time in clock ticks since boot; now for 0. No system call.
std::uint64_t wall_clock_at(std::uint64_t ticks) noexcept;

std::string executable_path();
/// Tells PID namespaces apart; 0 when it cannot be found out.
std::uint64_t pid_namespace() noexcept;
/// 16 bytes as two words; zeros when it cannot be found out.
struct boot_identity {
    std::uint64_t high = 0, low = 0;
    bool operator==(const boot_identity&) const = default;
};
boot_identity boot_id() noexcept;

}  // namespace kobj::posix::os
