#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>
#include <string_view>

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

namespace {

/// The file that KOBJ_DEBUG_OUTPUT names. A line is one write at its end, so that those of several processes do not
/// mix.
void add_line(const char* path, std::string_view text) {
    std::string line("[");
    line.append(std::to_string(getpid())).append("] ").append(text);
    if (line.back() != '\n') line += '\n';
    const int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0666);
    if (file < 0) return;
    [[maybe_unused]] const auto written = ::write(file, line.data(), line.size());
    ::close(file);
}

}  // namespace

// The debugger has no place of its own for such texts: it shows what comes to the standard error output.
void OutputDebugStringA(LPCSTR text) {
    if (text == nullptr) return;
    if (const char* path = secure_getenv("KOBJ_DEBUG_OUTPUT"); path != nullptr && *path != '\0') {
        try {
            add_line(path, text);
        } catch (const std::bad_alloc&) {
            // As when there is no monitor.
        }
    }
    if (!IsDebuggerPresent()) return;
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
