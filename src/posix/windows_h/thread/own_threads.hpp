#pragma once

#include <kobj/result.hpp>

#include <memory>
#include <optional>
#include <string>

#include "posix/thread_facts.hpp"
#include "posix/windows_h/thread/apc_queue.hpp"

// What the process keeps of its threads beyond what kobj does. It is kept by the thread's object, whose number is used
// again: then the new thread's takes its place.
namespace kobj::windows_h {

/// In the units of FILETIME.
struct thread_times {
    std::int64_t created = 0;
    std::int64_t ended = 0;
    std::int64_t kernel = 0;
    std::int64_t user = 0;
};

// All but what `apcs` leaves to its thread is guarded by apc_queue::gate().
struct thread_data {
    apc_queue apcs;
    std::wstring description;
    std::int64_t created = 0;  ///< 0: known to the system only
    std::optional<thread_times> at_end;
    std::uint32_t generation = 0;  ///< of the object
};

/// Of a thread of this process. Throws std::bad_alloc.
std::shared_ptr<thread_data> data_of(const detail::thread_facts& thread);
/// The calling thread's. An error once the thread's thread-local objects are being destroyed.
result<thread_data*> own_data() noexcept;

/// Runs the calls of the calling thread until there is none. They may leave by ExitThread, and may fork.
void run_apcs();

/// As the system has them. Nothing when there is no such thread any more.
std::optional<thread_times> times_of(std::uint32_t process_id, std::uint32_t id) noexcept;

}  // namespace kobj::windows_h
