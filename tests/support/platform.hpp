#pragma once

#include <cstdint>
#include <string>

/// What the tests must know of the system they run on. The only part of the harness with an #if.
namespace test {

#if defined(_WIN32)
inline constexpr bool on_windows = true;
#else
inline constexpr bool on_windows = false;
#endif

/// Real Windows objects, but Wine's: where it differs from Microsoft's documentation, tests branch on this.
bool on_wine();

/// Behind the name of a program: ".exe" or nothing.
std::string program_suffix();

/// Sets a variable of this process's environment, which children get.
void set_environment(const std::string& name, const std::string& value);
void unset_environment(const std::string& name);
/// Empty when it is not set.
std::string get_environment(const std::string& name);

/// Makes a descriptor (0, 1 or 2) of this process, and its standard stream, that file.
void redirect(int descriptor, const std::string& path, bool write);

/// Marks a file as a program. Nothing to do on Windows.
void make_executable(const std::string& path);

/// No dialogue, no core file, no debugger when this process aborts.
void die_quietly();

/// The system's own number of this process and of this thread.
std::uint32_t system_process_id();
std::uint32_t system_thread_id();

}  // namespace test
