#pragma once

#include <sys/types.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kobj::posix::os {

/// To what the child belongs.
enum class spawn_group : std::uint8_t {
    callers,  ///< the caller's process group
    own,      ///< a process group of its own
    session,  ///< a session of its own, without a terminal
};

struct spawn_request {
    std::string path;
    std::vector<char*> arguments;    ///< ends with null
    std::vector<char*> environment;  ///< ends with null
    std::string working_directory;   ///< empty: the caller's
    bool suspended = false;
    spawn_group group = spawn_group::callers;
    std::optional<int> nice;  ///< as far as the caller may
    /// What becomes the child's descriptors 0, 1 and 2: descriptors above those; -1: what the caller has there.
    std::array<int, 3> streams{-1, -1, -1};
    /// What it gets beyond them, of those that close themselves at exec, under the same numbers.
    std::vector<int> descriptors;
    /// Where in an environment variable the child writes its PID, and in how many digits.
    char* stamp = nullptr;
    std::size_t stamp_digits = 0;
    /// In shared memory: the child stores its id here before it becomes the program.
    std::atomic<std::uint32_t>* id = nullptr;
    /// Unless this word there has changed: then the parent is dead and the record somebody else's.
    const std::atomic<std::uint32_t>* generation = nullptr;
    std::uint32_t expected_generation = 0;
    /// Also there: once it is not 0, the child is to end. Looked at behind the storing of the id, so that who sets it
    /// finds the id, or the child finds it.
    const std::atomic<std::uint64_t>* verdict = nullptr;
};

struct spawn_answer {
    pid_t pid = 0;
    int error = 0;               ///< errno; 0: the program runs (or is stopped before its first instruction)
    bool in_directory = false;   ///< the error is that of the working directory
    bool ended = false;          ///< by the verdict, before it was the program
    bool in_suspending = false;  ///< the error is that of ptrace, which stops a program before it runs
};

/// Starts a program. After an error nothing runs and no zombie is left.
spawn_answer spawn(const spawn_request& request) noexcept;

}  // namespace kobj::posix::os
