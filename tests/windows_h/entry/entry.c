// A program whose first function is ENTRY: by its exit code it says whether it got what entry_test.cpp gave it.
#include <windows.h>

#include <tchar.h>
#include <wchar.h>

// As in tests/support/main.cpp.
#if defined(__SANITIZE_THREAD__)
#    if defined(__cplusplus)
extern "C"
#    endif
    const char*
    __tsan_default_suppressions(void);
const char* __tsan_default_suppressions(void) {
    return "deadlock:kobj::posix::os::life::begin\nmutex:kobj::posix::os::life::begin\n"
           "race:kobj::posix::os::life::begin\n";
}
#endif

enum { good = 0x7654321 };

#if defined(ENTRY_WINDOWS)

#    if defined(_UNICODE)
#        define TEXT_OF_PROGRAM L"first \"a b\"  \u00E4 "
#    else
#        define TEXT_OF_PROGRAM "first \"a b\"  \xC3\xA4 "
#    endif

int WINAPI ENTRY(HINSTANCE instance, HINSTANCE previous, LPTSTR command_line, int show) {
    STARTUPINFO start;
    if (instance != GetModuleHandle(NULL) || previous != NULL) return 1;
    // Windows's A texts are not UTF-8.
#    if defined(_UNICODE) || !defined(_WIN32)
    if (_tcscmp(command_line, TEXT_OF_PROGRAM) != 0) return 2;
#    else
    if (strncmp(command_line, "first \"a b\"  ", 13) != 0) return 2;
#    endif
    GetStartupInfo(&start);
    if ((start.dwFlags & STARTF_USESHOWWINDOW) == 0) return show == SW_SHOWDEFAULT ? good : 3;
    return show == SW_SHOWMINIMIZED ? good : 4;
}

#elif defined(ENTRY_NOTHING)

int ENTRY(void) {
    return good;
}

#else

// Under mingw wmain has the linkage of C.
#    if defined(__MINGW32__) && defined(__cplusplus)
#        define LINKAGE extern "C"
#    else
#        define LINKAGE
#    endif

// ENTRY_ENVIRONMENT is the third parameter, or nothing.
LINKAGE int ENTRY(int count, TCHAR* texts[] ENTRY_ENVIRONMENT) {
    if (count != 4 || texts[4] != NULL) return 1;
    if (_tcscmp(texts[1], _T("first")) != 0 || _tcscmp(texts[2], _T("a b")) != 0) return 2;
#    if defined(_UNICODE)
    if (wcscmp(texts[3], L"\u00E4") != 0) return 3;
#    endif
#    if defined(ENTRY_HAS_ENVIRONMENT)
    int found = 0;
    for (int i = 0; environment[i] != NULL; ++i)
        if (_tcscmp(environment[i], _T("kobj_entry=1")) == 0) ++found;
    if (found != 1) return 4;
#    endif
    return good;
}

#endif
