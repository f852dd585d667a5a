#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <new>

#include "posix/windows_h/text/text.hpp"

using namespace kobj::windows_h;

BOOL IsDebuggerPresent() {
    std::FILE* const file = std::fopen("/proc/self/status", "re");
    if (file == nullptr) return FALSE;
    int tracer = 0;
    char line[256];
    while (std::fgets(line, sizeof line, file) != nullptr)
        if (std::sscanf(line, "TracerPid: %d", &tracer) == 1) break;
    std::fclose(file);
    return tracer != 0 ? TRUE : FALSE;
}

void DebugBreak() {
    std::raise(SIGTRAP);
}

// The debugger has no place of its own for such texts: it shows what comes to the standard error output.
void OutputDebugStringA(LPCSTR text) {
    if (text == nullptr || !IsDebuggerPresent()) return;
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text, std::strlen(text));
}
void OutputDebugStringW(LPCWSTR text) {
    if (text == nullptr) return;
    try {
        if (const auto utf8 = to_utf8(std::wstring_view(text))) OutputDebugStringA(utf8->c_str());
    } catch (const std::bad_alloc&) {
        // Nobody is told when there is no memory for it, as when there is no debugger.
    }
}
