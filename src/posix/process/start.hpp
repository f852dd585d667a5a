#pragma once

#include <kobj/process.hpp>

#include <array>

#include "posix/arena/context.hpp"
#include "posix/os/spawn.hpp"
#include "posix/process/start_note.hpp"

namespace kobj::posix {

struct started {
    handle_value process;
    handle_value thread;
    std::uint32_t id = 0;  ///< of the process, and of its first thread
};

/// What becomes a standard stream of the child.
struct child_stream {
    enum class from : std::uint8_t {
        caller,          ///< the caller's own descriptor
        own_handle,      ///< what a handle leads to that the child inherits; when it does not, nothing
        callers_handle,  ///< what a handle of the caller leads to, whether the child inherits it or not
        nothing,         ///< /dev/null
    };
    from which = from::caller;
    handle_value handle{};
};

/// What CreateProcess can ask for beyond process_options.
struct start_details {
    std::string program{};  ///< a path; empty: arguments[0], looked up
    start_note note{};      ///< the command line empty: made from the arguments
    bool thread_inheritable = false;
    os::spawn_group group = os::spawn_group::callers;
    u32 priority_class = 0;  ///< a number of Win32; 0: what the caller's class makes of it
    handle_value parent{};   ///< the process whose handles, jobs and class it inherits; none: the caller
    std::array<child_stream, 3> streams{};
    bool any_environment = false;  ///< entries need not be of the form NAME=value
};

/// Starts a program with its own process record and handle table, filled before it runs. Throws failure; then nothing
/// has run and nothing is left behind.
started start_process(const context& me, const std::vector<std::string>& arguments, const process_options& options,
                      const start_details& details = {});

/// The same for <windows.h>, which is a library of its own.
KOBJ_API result<started> start(const std::vector<std::string>& arguments, const process_options& options,
                               const start_details& details);

}  // namespace kobj::posix
