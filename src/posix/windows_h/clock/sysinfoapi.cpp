#include <pwd.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

#include "posix/windows_h/call.hpp"
#include "posix/windows_h/text/text.hpp"

using namespace kobj::windows_h;

namespace {

// As NetBIOS has it: the first label of the name, in capitals.
std::string computer_name() {
    std::array<char, 256> name{};
    ::gethostname(name.data(), name.size() - 1);
    std::string text(name.data());
    text.resize(std::min({text.size(), text.find('.'), std::size_t{MAX_COMPUTERNAME_LENGTH}}));
    for (char& c : text)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return text;
}

// Of the effective user; one that has no entry has its number.
std::string user_name() {
    std::array<char, 4096> strings{};
    passwd entry{};
    passwd* found = nullptr;
    if (::getpwuid_r(::geteuid(), &entry, strings.data(), strings.size(), &found) == 0 && found != nullptr)
        return entry.pw_name;
    return std::to_string(::geteuid());
}

// What the kernel can give without swapping, caches included; 0 when it does not tell.
ULONGLONG available_memory() noexcept {
    std::FILE* const file = std::fopen("/proc/meminfo", "re");
    if (file == nullptr) return 0;
    unsigned long long kilobytes = 0;
    std::array<char, 256> line;
    while (std::fgets(line.data(), line.size(), file) != nullptr)
        if (std::sscanf(line.data(), "MemAvailable: %llu", &kilobytes) == 1) break;
    std::fclose(file);
    return ULONGLONG{kilobytes} * 1024;
}

// The text without its null counts when there is room, and with it when there is not, or always.
template <class Char>
BOOL give_name(std::string (*name)(), Char* buffer, LPDWORD size, DWORD too_small, DWORD null) noexcept {
    if (size == nullptr) return refuse(ERROR_INVALID_PARAMETER);
    return guarded([&]() -> BOOL {
        const auto text = to_form<Char>(name());
        const DWORD length = give(text, buffer, buffer == nullptr ? 0 : *size);
        if (length > text.size()) {
            *size = length;
            return refuse(too_small);
        }
        *size = length + null;
        return TRUE;
    });
}

}  // namespace

void GetSystemInfo(LPSYSTEM_INFO info) {
    *info = {};
#if defined(__x86_64__)
    info->wProcessorArchitecture = PROCESSOR_ARCHITECTURE_AMD64;
    info->dwProcessorType = PROCESSOR_AMD_X8664;
#elif defined(__aarch64__)
    info->wProcessorArchitecture = PROCESSOR_ARCHITECTURE_ARM64;
#else
    info->wProcessorArchitecture = PROCESSOR_ARCHITECTURE_UNKNOWN;
#endif
    info->dwPageSize = static_cast<DWORD>(sysconf(_SC_PAGESIZE));
    info->dwAllocationGranularity = 0x10000;
    info->lpMinimumApplicationAddress = reinterpret_cast<LPVOID>(std::uintptr_t{0x10000});
    info->lpMaximumApplicationAddress = reinterpret_cast<LPVOID>(std::uintptr_t{0x7FFF'FFFE'FFFF});
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    info->dwNumberOfProcessors = static_cast<DWORD>(processors < 1 ? 1 : processors);
    info->dwActiveProcessorMask = processors >= 64 ? ~DWORD_PTR{0} : (DWORD_PTR{1} << info->dwNumberOfProcessors) - 1;
}
void GetNativeSystemInfo(LPSYSTEM_INFO info) {
    GetSystemInfo(info);
}

BOOL GlobalMemoryStatusEx(LPMEMORYSTATUSEX status) {
    if (status == nullptr || status->dwLength != sizeof *status) return refuse(ERROR_INVALID_PARAMETER);
    struct sysinfo system {};
    if (::sysinfo(&system) != 0) return refuse(ERROR_GEN_FAILURE);
    const ULONGLONG unit = system.mem_unit;
    *status = {};
    status->dwLength = sizeof *status;
    status->ullTotalPhys = system.totalram * unit;
    const ULONGLONG available = available_memory();
    status->ullAvailPhys = available != 0 ? available : system.freeram * unit;
    status->dwMemoryLoad = static_cast<DWORD>(100 - status->ullAvailPhys * 100 / status->ullTotalPhys);
    status->ullTotalPageFile = (system.totalram + system.totalswap) * unit;
    status->ullAvailPageFile = status->ullAvailPhys + system.freeswap * unit;
    status->ullTotalVirtual = 0x7FFF'FFFE'0000;
    status->ullAvailVirtual = status->ullTotalVirtual;
    return TRUE;
}

BOOL GetComputerNameA(LPSTR buffer, LPDWORD size) {
    return give_name(computer_name, buffer, size, ERROR_BUFFER_OVERFLOW, 0);
}
BOOL GetComputerNameW(LPWSTR buffer, LPDWORD size) {
    return give_name(computer_name, buffer, size, ERROR_BUFFER_OVERFLOW, 0);
}
BOOL GetUserNameA(LPSTR buffer, LPDWORD size) {
    return give_name(user_name, buffer, size, ERROR_INSUFFICIENT_BUFFER, 1);
}
BOOL GetUserNameW(LPWSTR buffer, LPDWORD size) {
    return give_name(user_name, buffer, size, ERROR_INSUFFICIENT_BUFFER, 1);
}
