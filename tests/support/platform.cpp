#include "platform.hpp"

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include <fcntl.h>

#if defined(_WIN32)
#    include <io.h>
#    include <sys/stat.h>
#    include <windows.h>
#else
#    include <sys/resource.h>
#    include <unistd.h>
#endif

namespace test {

#if defined(_WIN32)

bool on_wine() {
    static const bool found = [] {
        const HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
        return ntdll != nullptr && GetProcAddress(ntdll, "wine_get_version") != nullptr;
    }();
    return found;
}

std::string program_suffix() {
    return ".exe";
}

void set_environment(const std::string& name, const std::string& value) {
    _putenv_s(name.c_str(), value.c_str());
}
void unset_environment(const std::string& name) {
    _putenv_s(name.c_str(), "");
}

void redirect(int descriptor, const std::string& path, bool write) {
    const int file =
        _open(path.c_str(), (write ? _O_WRONLY | _O_CREAT | _O_APPEND : _O_RDONLY) | _O_BINARY, _S_IREAD | _S_IWRITE);
    if (file < 0 || _dup2(file, descriptor) != 0) throw std::runtime_error("cannot redirect to " + path);
    _close(file);
    constexpr DWORD which[] = {STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE};
    SetStdHandle(which[descriptor], reinterpret_cast<HANDLE>(_get_osfhandle(descriptor)));
}

void make_executable(const std::string&) {}

void die_quietly() {
    SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX | SEM_NOOPENFILEERRORBOX);
#    if defined(_UCRT) || defined(_MSC_VER)
    _set_abort_behavior(0, _WRITE_ABORT_MSG | _CALL_REPORTFAULT);
#    endif
}

std::uint32_t system_process_id() {
    return GetCurrentProcessId();
}
std::uint32_t system_thread_id() {
    return GetCurrentThreadId();
}

#else

bool on_wine() {
    return false;
}

std::string program_suffix() {
    return "";
}

void set_environment(const std::string& name, const std::string& value) {
    setenv(name.c_str(), value.c_str(), 1);
}
void unset_environment(const std::string& name) {
    unsetenv(name.c_str());
}

void redirect(int descriptor, const std::string& path, bool write) {
    const int file = open(path.c_str(), (write ? O_WRONLY | O_CREAT | O_APPEND : O_RDONLY) | O_CLOEXEC, 0600);
    if (file < 0 || dup2(file, descriptor) != descriptor) throw std::runtime_error("cannot redirect to " + path);
    if (file != descriptor) close(file);
}

void make_executable(const std::string& path) {
    std::filesystem::permissions(path, std::filesystem::perms::owner_exec, std::filesystem::perm_options::add);
}

void die_quietly() {
    const rlimit nothing{0, 0};
    setrlimit(RLIMIT_CORE, &nothing);
}

std::uint32_t system_process_id() {
    return static_cast<std::uint32_t>(getpid());
}
std::uint32_t system_thread_id() {
    return static_cast<std::uint32_t>(gettid());
}

#endif

std::string get_environment(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::string() : std::string(value);
}

}  // namespace test
