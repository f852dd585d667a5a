// Only one instance of a program: a named mutex tells the second that there is a first.

#include "win32.hpp"

#include <cwchar>

namespace {

constexpr const wchar_t* name = L"Local\\kobj example: single instance";

enum : DWORD { isFirst = 0, isSecond = 1 };

// What each instance does: the name leads to one mutex, and the last error says who made it.
DWORD Instance() {
    const Handle mutex(CreateMutexW(nullptr, FALSE, name));
    if (!mutex) Fail("CreateMutex");
    return GetLastError() == ERROR_ALREADY_EXISTS ? isSecond : isFirst;
}

const char* Describe(DWORD code) {
    return code == isFirst ? "the first" : "the second";
}

}  // namespace

// Under mingw wmain has the linkage of C.
extern "C" int wmain(int argc, wchar_t** argv) {
    if (argc == 2 && std::wcscmp(argv[1], L"instance") == 0) return static_cast<int>(Instance());

    std::printf("Nobody has the mutex: an instance finds that it is %s.\n",
                Describe(StartSelf(L"instance", FALSE).ExitCode()));

    Handle mutex(CreateMutexW(nullptr, FALSE, name));
    if (!mutex) Fail("CreateMutex");
    std::printf("This program holds it: an instance finds that it is %s.\n",
                Describe(StartSelf(L"instance", FALSE).ExitCode()));

    // Not to create it, only to ask.
    const Handle asked(OpenMutexW(SYNCHRONIZE, FALSE, name));
    std::printf("OpenMutex finds it: %s.\n", asked ? "yes" : "no");

    // The name lives as long as a handle.
    mutex.Close();
    std::printf("One handle is left: an instance finds that it is %s.\n",
                Describe(StartSelf(L"instance", FALSE).ExitCode()));
    return 0;
}
