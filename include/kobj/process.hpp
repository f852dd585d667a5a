#pragma once

#include <kobj/thread.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kobj {

/// What a child finds in its handle table, at the same numbers, before its first instruction.
enum class inherit : std::uint8_t {
    none,  ///< nothing
    all,   ///< every inheritable handle of the parent
    list,  ///< those of process_options::handles, each of which must be inheritable
};

struct process_options {
    kobj::inherit inherit = kobj::inherit::none;
    /// With inherit::list.
    std::vector<handle_value> handles{};
    /// `NAME=value` each; nothing: the parent's environment.
    std::optional<std::vector<std::string>> environment{};
    /// Empty: the parent's.
    std::string working_directory{};
    /// Do not run until resume().
    bool suspended = false;
    /// Of the process handle in the parent's table.
    bool inheritable = false;
    /// Jobs of which the process is a member before its first instruction, the outermost first; see kobj/job.hpp.
    std::vector<handle_value> jobs{};
    /// Do not become a member of the parent's jobs, as far as these allow it.
    bool break_away = false;
};

/// A process, signaled once it has ended. Closing the handle leaves the process running.
/// https://learn.microsoft.com/windows/win32/procthread/processes-and-threads
class KOBJ_API process : public basic_object<process, object_type::process> {
public:
    process() noexcept = default;
    explicit process(handle owned) noexcept : basic_object(std::move(owned)) {}

    /// Starts a program. arguments[0] is the program: with a slash (on Windows also a backslash) in it a path, taken
    /// relative to the caller's directory; otherwise looked up in PATH (on Windows as SearchPath does), and `.exe` is
    /// added on Windows where there is no suffix. The child gets the standard streams of the parent in each case.
    /// Errors: invalid_parameter (87) for no arguments or a NUL in one, or a handle of the list that is not
    /// inheritable; file_not_found (2) or path_not_found (3) when the program or its folder is missing; access_denied
    /// (5) when it may not be run or is a folder, or the parent's job does not let it break away; bad_exe_format (193)
    /// when it is no program; directory (267) for a bad working directory; no_system_resources (1450); not_enough_quota
    /// (1816) when a job has as many members as it may have. After an error nothing has run and nothing is left behind.
    /// Costs system calls.
    /// https://learn.microsoft.com/windows/win32/api/processthreadsapi/nf-processthreadsapi-createprocessw
    static result<process> start(const std::vector<std::string>& arguments, const process_options& options = {});

    /// The same from one text, split by the rules of Windows (see command_line.hpp).
    static result<process> start_command_line(std::string_view text, const process_options& options = {});

    /// Opens a process of the session by its id. Error: invalid_parameter (87) when there is none of that id.
    /// https://learn.microsoft.com/windows/win32/api/processthreadsapi/nf-processthreadsapi-openprocess
    static result<process> open(std::uint32_t id, const open_options& options = {});

    /// The calling process, by its pseudo handle; duplicate() makes a real one.
    [[nodiscard]] static process current() noexcept { return process(handle(current_process())); }
    /// https://learn.microsoft.com/windows/win32/api/processthreadsapi/nf-processthreadsapi-getcurrentprocessid
    [[nodiscard]] static std::uint32_t current_id() noexcept;
    /// The path of the calling process's program.
    [[nodiscard]] static std::string executable_path();
    /// Ends the calling process with this 32-bit code, as a return from main would.
    /// https://learn.microsoft.com/windows/win32/api/processthreadsapi/nf-processthreadsapi-exitprocess
    [[noreturn]] static void exit(std::uint32_t code);

    /// The primary thread of a process made by start(); empty otherwise.
    [[nodiscard]] thread& primary_thread() noexcept { return primary_; }
    [[nodiscard]] const thread& primary_thread() const noexcept { return primary_; }

    /// Errors: invalid_handle (6); access_denied (5) without a right to query.
    /// https://learn.microsoft.com/windows/win32/api/processthreadsapi/nf-processthreadsapi-getprocessid
    [[nodiscard]] result<std::uint32_t> id() const;
    /// still_active (259) until it has ended. On POSIX: 128 + n when signal n killed it; 8 bits from a program that
    /// does not use kobj. Errors: as id().
    /// https://learn.microsoft.com/windows/win32/api/processthreadsapi/nf-processthreadsapi-getexitcodeprocess
    [[nodiscard]] result<std::uint32_t> exit_code() const;
    /// Until the process has ended. Errors: as kobj::wait.
    result<wait_status> wait(timeout limit = infinite) const { return kobj::wait(get(), limit); }
    /// Lets a process started suspended run. Gives the former suspend count: 1, or 0 when it ran already.
    /// Only for a process made by start(). Errors: as thread::resume.
    result<std::uint32_t> resume() { return primary_.resume(); }
    /// Ends the process with this code, without a word to it. Does not wait for the end.
    /// Errors: invalid_handle (6); access_denied (5) without access::process_terminate, or when it has ended already.
    /// https://learn.microsoft.com/windows/win32/api/processthreadsapi/nf-processthreadsapi-terminateprocess
    result<void> terminate(std::uint32_t code);

private:
    thread primary_;
};

}  // namespace kobj
